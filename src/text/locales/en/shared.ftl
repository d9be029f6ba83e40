# Reports of progress and productions.

kind-report = Report of progress
kind-production = Production
kinds-report = Reports of progress
kinds-production = Productions
state-report-draft = draft
state-report-published = published
state-report-withdrawn = withdrawn
state-production-draft = draft
state-production-published = published
state-production-withdrawn = withdrawn
head-report-draft = Report of progress, draft
head-report-published = Report of progress
head-report-withdrawn = Report of progress withdrawn
head-production-draft = Production, draft
head-production-published = Shared production
head-production-withdrawn = Production withdrawn
period-from = { $precision ->
    [month] from { $date }
   *[day] from { $date }
}
period-to = { $precision ->
    [month] to { $date }
   *[day] to { $date }
}
production-licence = licence { $licence }
production-reused = { $count ->
    [one] reused by { $count_text } organisation
   *[other] reused by { $count_text } organisations
}
fact-from = Since:
fact-until = Until:
fact-licence = Licence:
fact-reused-by = Reused by:
publication-reused-by = Reused by
