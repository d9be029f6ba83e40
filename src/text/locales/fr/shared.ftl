# Bilans d’avancée et productions.

kind-report = Bilan d’avancée
kind-production = Production
kinds-report = Bilans d’avancée
kinds-production = Productions
state-report-draft = brouillon
state-report-published = publié
state-report-withdrawn = retiré
state-production-draft = brouillon
state-production-published = publiée
state-production-withdrawn = retirée
head-report-draft = Bilan d’avancée, brouillon
head-report-published = Bilan d’avancée
head-report-withdrawn = Bilan d’avancée retiré
head-production-draft = Production, brouillon
head-production-published = Production partagée
head-production-withdrawn = Production retirée
period-from = { $precision ->
    [vowel] d’{ $date }
    [month] de { $date }
   *[day] du { $date }
}
period-to = { $precision ->
    [month] à { $date }
   *[day] au { $date }
}
production-licence = licence { $licence }
production-reused = { $count ->
    [one] réutilisée par { $count_text } organisation
   *[other] réutilisée par { $count_text } organisations
}
fact-from = Depuis :
fact-until = Jusqu’à :
fact-licence = Licence :
fact-reused-by = Réutilisée par :
publication-reused-by = Réutilisée par
