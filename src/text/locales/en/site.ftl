# Lists, filters, search and calendars.

search-title = Search
search-title-of = Search: { $words }
search-label = Words to look for
search-button = Search
search-how = All words must be there; in quotes, in this order. The last word may be unfinished.
search-nothing = Nothing public has these words. Try fewer, or others.
search-no-word = There is no word in this search: write letters or digits.
search-many = More than 1,000 results; the latest are shown.
found-all = Everything
found-coalition = Coalition
found-organisation = Organisation
found-note = Comment
count-found = { $count ->
    [one] { $count_text } result
   *[other] { $count_text } results
}
filter-label = Choose coalitions
filter-words = Words
filter-quality = Quality
filter-stage = Stage
filter-dimension = Dimension
filter-pilot = Pilots only
filter-all = All
filter-button = Filter
filter-none = Show all
filter-nothing = No coalition matches all of these choices. Take one away.
coalitions-past-end = The list ends before this page: go back.
coalitions-empty = No coalition lives on this node yet.
list-of = { $kinds } – { $coalition }
list-entries = The list
list-forms = This list elsewhere:
list-calendar = Calendar (iCalendar)
meetings-coming = Coming meetings
meetings-past = Past meetings
home-open = Being decided
home-decisions = Latest decisions
home-all-proposals = All proposals
home-all-meetings = All meetings
home-all-decisions = All decisions
calendar-deadline = Deadline:
calendar-milestone = Milestone:
