# The line that Mastodon and the lists show: kind, state, deadline, then the author's own sentence.

head-proposal-draft = Proposal, draft
head-proposal-open = Proposal
head-proposal-adopted = Proposal adopted
head-proposal-not_adopted = Proposal not adopted
head-proposal-withdrawn = Proposal withdrawn
head-minutes-draft = Minutes, draft
head-minutes-submitted = Minutes submitted to attendees
head-minutes-adopted = Minutes adopted
head-minutes-corrected = Minutes corrected
head-minutes-withdrawn = Minutes withdrawn
head-roadmap-draft = Roadmap, draft
head-roadmap-published = Roadmap
head-roadmap-withdrawn = Roadmap withdrawn
head-decision-draft = Decision, draft
head-decision-in_force = in force
head-decision-under_review = under review
head-decision-superseded = superseded by another
head-decision-repealed = repealed
head-meeting-draft = Meeting, draft
head-meeting-tentative = Meeting to be confirmed
head-meeting-scheduled = Meeting scheduled
head-meeting-in_progress = Meeting in progress
head-meeting-closed = Meeting closed
head-meeting-cancelled = Meeting cancelled
head-meeting-withdrawn = Meeting withdrawn
head-consultation-draft = Consultation, draft
head-consultation-open = Consultation
head-consultation-closed = Consultation closed
head-consultation-withdrawn = Consultation withdrawn

consultation-open = open
consultation-closed = { $precision ->
    [month] in { $date }
   *[day] on { $date }
}
consultation-over = { $precision ->
    [month] closed in { $date }, result to come
   *[day] closed on { $date }, result to come
}

round-consent = consent round
round-advice = advice sought
round-consensus = consensus sought
round-majority = positions taken by majority
round-open-ended = no closing date
round-until = { $precision ->
    [month] until { $date }
   *[day] until { $date }
}
round-opens = { $precision ->
    [month] from { $date }
   *[day] from { $date }
}
round-over = { $precision ->
    [month] round closed in { $date }, outcome to come
   *[day] round closed on { $date }, outcome to come
}

summary-parts = { $head }: { $parts }
summary-series = { $series } no. { $edition }
summary-edition = no. { $edition }
summary-attendance = { $count ->
    [one] { $count_text } person
   *[other] { $count_text } people
}
summary-decision-number = Decision no. { $number }
summary-decision = Decision
summary-decided = { $precision ->
    [month] taken in { $date }
   *[day] taken on { $date }
}
summary-review = { $precision ->
    [month] to be reviewed in { $date }
   *[day] to be reviewed on { $date }
}
summary-milestones = { $count ->
    [0] no milestone
    [one] { $count_text } milestone
   *[other] { $count_text } milestones
}
summary-milestones-done = { $count ->
    [one] { $count_text } done
   *[other] { $count_text } done
}
summary-milestones-late = { $count_text } late
summary-next-due = { $precision ->
    [month] next due in { $date }
   *[day] next due on { $date }
}
summary-last-due = { $precision ->
    [month] last due in { $date }
   *[day] last due on { $date }
}
