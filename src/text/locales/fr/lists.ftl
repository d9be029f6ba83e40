# Organisations, autres formes des listes, ce qui est passé.

organisations-title = Organisations
organisations-lead = Collectivités, entreprises, associations, communs : ce que chacune est, et ce qu’elle porte ou rejoint.
organisations-all = Toutes les organisations
organisations-filter = Choisir des organisations
organisations-nothing = Aucune organisation ne répond à tous ces choix. Retirez-en un.
organisations-empty = Aucune organisation ne vit encore sur ce nœud.
organisations-more = { $count ->
    [one] et { $count_text } autre coalition
   *[other] et { $count_text } autres coalitions
}
count-organisations = { $count ->
    [one] { $count_text } organisation
   *[other] { $count_text } organisations
}
filter-kind = Forme

path-amendment = Amendement
path-positions = Positions
path-amendment-by = proposé par { $name }
path-amendments = { $count_text } amendements
path-spoken = { $count ->
    [one] { $count_text } organisation a pris position
   *[other] { $count_text } organisations ont pris position
}
head-meeting-past = Rencontre passée
state-meeting-past = passée
