# La ligne que montrent Mastodon et les listes : genre, état, échéance, puis la phrase de l'auteur.

head-proposal-draft = Proposition, brouillon
head-proposal-open = Proposition
head-proposal-adopted = Proposition adoptée
head-proposal-not_adopted = Proposition non adoptée
head-proposal-withdrawn = Proposition retirée
head-minutes-draft = Compte rendu, brouillon
head-minutes-submitted = Compte rendu soumis aux participants
head-minutes-adopted = Compte rendu adopté
head-minutes-corrected = Compte rendu corrigé
head-minutes-withdrawn = Compte rendu retiré
head-roadmap-draft = Feuille de route, brouillon
head-roadmap-published = Feuille de route
head-roadmap-withdrawn = Feuille de route retirée
head-decision-draft = Décision, brouillon
head-decision-in_force = en vigueur
head-decision-under_review = en réexamen
head-decision-superseded = remplacée par une autre
head-decision-repealed = abrogée
head-meeting-draft = Rencontre, brouillon
head-meeting-tentative = Rencontre à confirmer
head-meeting-scheduled = Rencontre prévue
head-meeting-in_progress = Rencontre en cours
head-meeting-closed = Rencontre terminée
head-meeting-cancelled = Rencontre annulée
head-meeting-withdrawn = Rencontre retirée
head-consultation-draft = Consultation, brouillon
head-consultation-open = Consultation
head-consultation-closed = Consultation close
head-consultation-withdrawn = Consultation retirée

consultation-open = ouverte
consultation-closed = { $precision ->
    [month] en { $date }
   *[day] le { $date }
}
consultation-over = { $precision ->
    [month] close en { $date }, résultat à venir
   *[day] close le { $date }, résultat à venir
}

round-consent = en tour de consentement
round-advice = en sollicitation d’avis
round-consensus = en recherche de consensus
round-majority = en prise de position à la majorité
round-open-ended = sans date de fin
round-until = { $precision ->
    [month] jusqu’en { $date }
   *[day] jusqu’au { $date }
}
round-opens = { $precision ->
    [month] à partir de { $date }
   *[day] à partir du { $date }
}
round-over = { $precision ->
    [month] tour clos en { $date }, issue à venir
   *[day] tour clos le { $date }, issue à venir
}

summary-parts = { $head } : { $parts }
summary-series = { $series } n° { $edition }
summary-edition = n° { $edition }
summary-attendance = { $count ->
    [one] { $count_text } personne
   *[other] { $count_text } personnes
}
summary-decision-number = Décision n° { $number }
summary-decision = Décision
summary-decided = { $precision ->
    [month] prise en { $date }
   *[day] prise le { $date }
}
summary-review = { $precision ->
    [month] à réexaminer en { $date }
   *[day] à réexaminer le { $date }
}
summary-milestones = { $count ->
    [0] sans étape-clé
    [one] { $count_text } étape-clé
   *[other] { $count_text } étapes-clés
}
summary-milestones-done = { $count ->
    [one] { $count_text } faite
   *[other] { $count_text } faites
}
summary-milestones-late = { $count_text } en retard
summary-next-due = { $precision ->
    [month] prochaine échéance en { $date }
   *[day] prochaine échéance le { $date }
}
summary-last-due = { $precision ->
    [month] dernière échéance en { $date }
   *[day] dernière échéance le { $date }
}
