# Minutes, actions, roadmaps and the path of decisions.

minutes-adoption = Adoption
minutes-approvals = Attending organisations, known here, that have approved: { $approved_text } of { $known_text }. The minutes are adopted once more than half have.
deed-submitted = Submitted
deed-approved = Approved
deed-adopted = Adopted
deed-corrected = Corrected
deed-milestone_set = Milestone reviewed
series-label = The series of meetings
series-previous = Previous meeting:
series-next = Next meeting:
publication-persons = Persons who agreed to be named
attachment-slides = Slides
attachment-notes = Notes
attachment-named = { $role }: { $name }
date-tentative = { $range } (date to be confirmed)

actions-title = Actions
actions-empty = No action yet.
action-to_do = to do
action-doing = being done
action-done = done
action-dropped = dropped
action-late = late
action-of-point = { $title }: { $text }
action-link = Link to this action
count-actions = { $count ->
    [one] { $count_text } action
   *[other] { $count_text } actions
}
count-late = { $count_text } of them late

milestone-by-clock = Its due date has passed.
milestone-was = Formerly:
milestone-indicator = Indicator
milestone-baseline = At the start
milestone-target = Target
victory-hoped-for = Victory hoped for:
victory-reached-on = { $precision ->
    [month] Victory reached in { $date }:
   *[day] Victory reached on { $date }:
}
victory-hoped = hoped for
victory-reached = reached

path-title = The path
path-milestone = Milestone
path-action = Action
path-victory = Victory
