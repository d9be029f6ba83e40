# What is said around a publication: the short note of a change of state, comments.

news-read = Read the publication
news-round-opened = A new round on “{ $title }”. { $now }
news-adopted = Proposal adopted: “{ $title }”.
news-not-adopted = Proposal not adopted: “{ $title }”.
news-minutes-adopted = Minutes adopted: “{ $title }”.
news-milestone-late = Milestone late: “{ $milestone }” (roadmap “{ $title }”).
news-milestone-done = Milestone done: “{ $milestone }” (roadmap “{ $title }”).
news-meeting-moved = Meeting moved: “{ $title }”. { $now }
news-meeting-cancelled = Meeting cancelled: “{ $title }”.
news-superseded = The decision “{ $title }” is superseded by another.
news-repealed = The decision “{ $title }” is repealed.
news-consultation-closed = Consultation closed: “{ $title }”. Its result is published.

note-gone = Deleted note
note-gone-text = Deleted by its author on { $date }.

contributions-title = Contributions of members
thread-answers = in answer to
thread-attachment = Attachment
tag-comments = Comments
publication-attachments = Attachments
publication-kilobytes = kB
contribution-label = Contribution
contribution-title = Contribution by { $name }
