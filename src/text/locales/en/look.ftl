# The timeline of a roadmap, the booklet of a coalition, the pictures of previews.

timeline-title = Timeline of the milestones
timeline-description = { $begins ->
   *[month] From { $from }
} to { $to }. { $counts }. The list below says the same in words.
timeline-today = today
timeline-undated = No date
booklet-title = Booklet
booklet-of = Booklet of the coalition “{ $name }”
booklet-link = Booklet for printing
booklet-how = This page prints, or saves as PDF, from your browser.
booklet-made = As of { $date }, from
booklet-read = To be read and followed online:
booklet-roadmap = Roadmap
booklet-decisions = Decisions
booklet-no-decision = No decision has been published yet.
booklet-number = No.
booklet-what = Decision
booklet-state = State
booklet-actors = Actors by dimension
picture-alt = { $head }: “{ $title }”
picture-coalition = Coalition “{ $name }”
guide-title = Components of the pages
