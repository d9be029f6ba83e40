# What is said of what changed: versions, dates, reviews, positions that do not count.

revisions-hidden = Nothing that is read here changed.
revision-field = { $label }:
revision-title = Title
revision-summary = Summary
revision-language = Language
revision-author = By
revision-point = Point
revision-step = Milestone

counted-consent = { $count ->
    [one] { $count_text } consents
   *[other] { $count_text } consent
}
counted-stand_aside = { $count ->
    [one] { $count_text } stands aside
   *[other] { $count_text } stand aside
}
counted-object = { $count ->
    [one] { $count_text } objects
   *[other] { $count_text } object
}
counted-agree = { $count_text } for
counted-abstain = { $count ->
    [one] { $count_text } abstains
   *[other] { $count_text } abstain
}
counted-disagree = { $count_text } against

path-since = { $precision ->
    [month] { $state } in { $date }
   *[day] { $state } on { $date }
}

ballot-late = taken after the deadline: does not count
ballot-left = by an organisation that takes no position here any more: does not count
ballot-uncounted = was not counted

source-gone = { $head } on { $date }
act-announced = Announcement

calendar-milestone-done = Milestone done:
