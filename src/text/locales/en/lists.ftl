# Organisations, other forms of lists, what is past.

organisations-title = Organisations
organisations-lead = Local authorities, companies, associations, commons: what each of them is, and what it carries or takes part in.
organisations-all = All organisations
organisations-filter = Choose organisations
organisations-nothing = No organisation matches all of these choices. Take one away.
organisations-empty = No organisation lives on this node yet.
organisations-more = { $count ->
    [one] and { $count_text } other coalition
   *[other] and { $count_text } other coalitions
}
count-organisations = { $count ->
    [one] { $count_text } organisation
   *[other] { $count_text } organisations
}
filter-kind = Kind

path-amendment = Amendment
path-positions = Positions
path-amendment-by = proposed by { $name }
path-amendments = { $count_text } amendments
path-spoken = { $count ->
    [one] { $count_text } organisation took a position
   *[other] { $count_text } organisations took a position
}
head-meeting-past = Past meeting
state-meeting-past = past
