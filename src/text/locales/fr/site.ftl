# Listes, filtres, recherche et agendas.

search-title = Rechercher
search-title-of = Rechercher : { $words }
search-label = Mots à chercher
search-button = Chercher
search-how = Tous les mots doivent s’y trouver ; entre guillemets, dans cet ordre. Le dernier mot peut être inachevé.
search-nothing = Rien de public ne contient ces mots. Essayez-en moins, ou d’autres.
search-no-word = Cette recherche ne contient aucun mot : écrivez des lettres ou des chiffres.
search-many = Plus de 1 000 résultats, dont les plus récents sont montrés.
found-all = Tout
found-coalition = Coalition
found-organisation = Organisation
found-note = Commentaire
count-found = { $count ->
    [one] { $count_text } résultat
   *[other] { $count_text } résultats
}
filter-label = Choisir des coalitions
filter-words = Mots
filter-quality = Qualité
filter-stage = Étape
filter-dimension = Dimension
filter-pilot = Pilotes seulement
filter-all = Toutes
filter-button = Filtrer
filter-none = Tout montrer
filter-nothing = Aucune coalition ne répond à tous ces choix. Retirez-en un.
coalitions-past-end = La liste s’arrête avant cette page : revenez en arrière.
coalitions-empty = Aucune coalition ne vit encore sur ce nœud.
list-of = { $kinds } – { $coalition }
list-entries = La liste
list-forms = Cette liste ailleurs :
list-calendar = Agenda (iCalendar)
meetings-coming = Rencontres à venir
meetings-past = Rencontres passées
home-open = En cours de décision
home-decisions = Dernières décisions
home-all-proposals = Toutes les propositions
home-all-meetings = Toutes les rencontres
home-all-decisions = Toutes les décisions
calendar-deadline = Échéance :
calendar-milestone = Étape-clé :
