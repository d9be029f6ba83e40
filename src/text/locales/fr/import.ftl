# Ce qu'une importation sait d'une coalition et qui n'a pas de champ à soi : un paragraphe de son récit.

coalition-proposed-at = Proposée le { $date }.
coalition-handed-over-to = Portée, à la suite du programme, par : { $name }.
