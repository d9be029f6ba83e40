# Ce qui se dit autour d’une publication : la courte note d’un changement d’état, les commentaires.

news-read = Lire la publication
news-round-opened = Nouveau tour sur « { $title } ». { $now }
news-adopted = Proposition adoptée : « { $title } ».
news-not-adopted = Proposition non adoptée : « { $title } ».
news-minutes-adopted = Compte rendu adopté : « { $title } ».
news-milestone-late = Étape-clé en retard : « { $milestone } » (feuille de route « { $title } »).
news-milestone-done = Étape-clé faite : « { $milestone } » (feuille de route « { $title } »).
news-meeting-moved = Rencontre déplacée : « { $title } ». { $now }
news-meeting-cancelled = Rencontre annulée : « { $title } ».
news-superseded = La décision « { $title } » est remplacée par une autre.
news-repealed = La décision « { $title } » est abrogée.
news-consultation-closed = Consultation close : « { $title } ». Son résultat est publié.

note-gone = Note supprimée
note-gone-text = Note supprimée par son auteur le { $date }.

contributions-title = Contributions des membres
thread-answers = en réponse à
thread-attachment = Pièce jointe
tag-comments = Commentaires
publication-attachments = Documents joints
publication-kilobytes = ko
contribution-label = Contribution
contribution-title = Contribution de { $name }
