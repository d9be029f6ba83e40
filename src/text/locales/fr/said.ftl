# Ce qui est dit de ce qui a changé : versions, dates, réexamens, positions qui ne comptent pas.

revisions-hidden = Rien de ce qui se lit ici n’a changé.
revision-field = { $label } :
revision-title = Titre
revision-summary = Résumé
revision-language = Langue
revision-author = Par
revision-point = Point
revision-step = Étape-clé

counted-consent = { $count ->
    [one] { $count_text } consent
   *[other] { $count_text } consentent
}
counted-stand_aside = { $count ->
    [one] { $count_text } émet une réserve
   *[other] { $count_text } émettent une réserve
}
counted-object = { $count ->
    [one] { $count_text } objecte
   *[other] { $count_text } objectent
}
counted-agree = { $count_text } pour
counted-abstain = { $count ->
    [one] { $count_text } s’abstient
   *[other] { $count_text } s’abstiennent
}
counted-disagree = { $count_text } contre

path-since = { $precision ->
    [month] { $state } en { $date }
   *[day] { $state } le { $date }
}

ballot-late = prise après l’échéance : ne compte pas
ballot-left = d’une organisation qui ne prend plus position ici : ne compte pas
ballot-uncounted = n’a pas été comptée

source-gone = { $head } le { $date }
act-announced = Annonce

calendar-milestone-done = Étape-clé faite :
