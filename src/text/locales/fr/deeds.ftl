# Comptes rendus, actions, feuilles de route et chemin des décisions.

minutes-adoption = Adoption
minutes-approvals = Organisations présentes, connues ici, qui ont approuvé : { $approved_text } sur { $known_text }. Le compte rendu est adopté dès que plus de la moitié l’ont fait.
deed-submitted = Soumis
deed-approved = Approuvé
deed-adopted = Adopté
deed-corrected = Corrigé
deed-milestone_set = Étape-clé revue
series-label = La série de rencontres
series-previous = Rencontre précédente :
series-next = Rencontre suivante :
publication-persons = Personnes qui ont accepté d’être nommées
attachment-slides = Diaporama
attachment-notes = Notes
attachment-named = { $role } : { $name }
date-tentative = { $range } (date à confirmer)

actions-title = Actions
actions-empty = Aucune action pour l’instant.
action-to_do = à faire
action-doing = en cours
action-done = faite
action-dropped = abandonnée
action-late = en retard
action-of-point = { $title } : { $text }
action-link = Lien vers cette action
count-actions = { $count ->
    [one] { $count_text } action
   *[other] { $count_text } actions
}
count-late = dont { $count_text } en retard

milestone-by-clock = L’échéance est passée.
milestone-was = Auparavant :
milestone-indicator = Indicateur
milestone-baseline = Au départ
milestone-target = Cible
victory-hoped-for = Victoire espérée :
victory-reached-on = { $precision ->
    [month] Victoire obtenue en { $date } :
   *[day] Victoire obtenue le { $date } :
}
victory-hoped = espérée
victory-reached = obtenue

path-title = Le chemin
path-milestone = Étape-clé
path-action = Action
path-victory = Victoire
