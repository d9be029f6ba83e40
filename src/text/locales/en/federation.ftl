# What travels: the fields of a profile and the facts above the text.

field-stage = Stage
field-steward = Steward
field-qualities = Qualities
field-territory = Territory
field-website = Website

fact-date = Date:
fact-place = Place:
fact-attendance = Present:
fact-organisations = Organisations:
fact-next = Next meeting:
fact-capacity = Places:
fact-registration = Registration:
fact-method = Decided:
fact-opens = Opens:
fact-closes = Closes:
fact-quorum = Quorum (organisations):
fact-review = Review:

content-agenda = Programme
content-points = Points discussed
content-questions = Questions
content-milestones = Milestones
