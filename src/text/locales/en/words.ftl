# The words of the domain as they stand on screen.

kind-proposal = Proposal
kind-minutes = Minutes
kind-roadmap = Roadmap
kind-decision = Decision
kind-meeting = Meeting
kind-consultation = Consultation
kinds-proposal = Proposals
kinds-minutes = Minutes
kinds-roadmap = Roadmaps
kinds-decision = Decisions
kinds-meeting = Meetings
kinds-consultation = Consultations

state-proposal-draft = draft
state-proposal-open = open
state-proposal-adopted = adopted
state-proposal-not_adopted = not adopted
state-proposal-withdrawn = withdrawn
state-minutes-draft = draft
state-minutes-submitted = submitted to attendees
state-minutes-adopted = adopted
state-minutes-corrected = corrected
state-minutes-withdrawn = withdrawn
state-roadmap-draft = draft
state-roadmap-published = published
state-roadmap-withdrawn = withdrawn
state-decision-draft = draft
state-decision-in_force = in force
state-decision-under_review = under review
state-decision-superseded = superseded
state-decision-repealed = repealed
state-meeting-draft = draft
state-meeting-tentative = date to be confirmed
state-meeting-scheduled = scheduled
state-meeting-in_progress = in progress
state-meeting-closed = closed
state-meeting-cancelled = cancelled
state-meeting-withdrawn = withdrawn
state-consultation-draft = draft
state-consultation-open = open
state-consultation-closed = closed
state-consultation-withdrawn = withdrawn

method-consent = by consent
method-advice = after advice was sought
method-consensus = by consensus
method-majority = by majority

stage-intention = intention
stage-crystallising = crystallising
stage-scoping = scoping
stage-launched = launched
stage-roadmap = roadmap
stage-active = active
stage-landed = landed
stage-dormant = dormant
stage-closed = closed

quality-inclusive = inclusive
quality-frugal = frugal
quality-democratic = democratic
quality-empowering = empowering
quality-protective = protective
quality-fair = fair
quality-innovative = innovative

dimension-offer = offer
dimension-procurement = procurement
dimension-usage = usage

role-steward = steward
role-co_steward = co-steward
role-facilitator = facilitator
role-member = member
role-observer = observer

organisation-local_authority = local authority
organisation-administration = administration
organisation-company = company
organisation-association = association
organisation-research = research
organisation-education = education
organisation-union = union
organisation-commons = commons
organisation-international = international organisation
organisation-other = other organisation

outcome-information = information
outcome-decision = decision
outcome-action = action

milestone-planned = planned
milestone-under_way = under way
milestone-late = late
milestone-done = done
milestone-abandoned = abandoned

associated-wanted = wanted
associated-invited = invited
associated-joined = joined
associated-declined = declined

month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

date-hours = { $from } to { $to }
date-range = { $begins ->
    [month] { $from }
   *[day] { $from }
} { $ends ->
    [month] to { $to }
   *[day] to { $to }
}
