# Proposals: rounds, phases, positions, amendments, outcome.

news-round-ends = The round ends soon: “{ $title }”. { $now }

round-number = round { $round }
round-phase = round { $round }: { $phase }

phase-clarify = clarification
phase-react = reactions
phase-object = objections
phase-resolve = resolving objections

stance-consent = consents
stance-stand_aside = stands aside
stance-object = objects
stance-agree = for
stance-abstain = abstains
stance-disagree = against

ballot-title = Positions
ballot-round = Round { $round }
ballot-asks-clarify = Questions are asked that help to understand the text. A position may be taken already.
ballot-asks-react = Each organisation says what it thinks of the text; amendments may be proposed.
ballot-asks-object = Each organisation consents, stands aside, or objects and says why.
ballot-asks-resolve = A text is looked for that resolves the objections; only their authors lift them.
ballot-asks-none = Each member organisation takes a position.
ballot-waits = The round is not open yet.
ballot-over = The round is over; its outcome is yet to be declared.
ballot-next-clock = At the deadline the proposal closes of itself.
ballot-next-hand = The coalition will close the proposal.
ballot-rule-consent = Adopted if enough organisations take a position, at least one consents, and no objection stands. An objection stands, from one round and text to the next, until its author lifts it.
ballot-rule-consensus = Adopted if enough organisations take a position, at least one consents, and nobody objected to this text during this round; an objection that was lifted calls for another round.
ballot-rule-majority = Adopted if enough organisations take a position and more are for than against. Abstentions count for the quorum, not for the majority.
ballot-rule-advice = Advice is public; if enough organisations give theirs, whoever closes decides, whatever was advised.
ballot-quorum = { $needed ->
    [one] { $spoken } of { $needed_text } position needed
   *[other] { $spoken } of { $needed_text } positions needed
}
ballot-tally = Distribution: { $parts }
ballot-nobody = Nobody has taken a position yet.
ballot-objections = Standing objections
ballot-old = position on an earlier text or round, asked again
ballot-withdrawn = withdrawn
ballot-resolved = objection resolved
ballot-on = version { $version }, round { $round }
ballot-pages = Pages of positions
ballot-amendment-pages = Pages of amendments
ballot-history = Earlier positions
ballot-silent = Have not taken a position
ballot-amendments = Amendments
ballot-amendment-version = to version { $version }
ballot-acts = Acts
ballot-clock = the clock
ballot-decision = Decision:
reached-who = Who took a position
amendment-proposed = awaiting an answer
amendment-accepted = accepted
amendment-declined = declined
amendment-withdrawn = withdrawn

act-opened = Opening
act-phase = Phase
act-round = Another round
act-revised = Text changed: positions are asked again
act-adopted = Adoption
act-not_adopted = Not adopted

why-reached = Adopted: the conditions were met.
why-no_quorum = Not adopted: too few organisations took a position.
why-objection = Not adopted: an objection stood.
why-objected = Not adopted: an objection was made to this text during the round.
why-nobody_consents = Not adopted: nobody consented.
why-no_majority = Not adopted: not more organisations for than against.
why-declined = Not adopted: whoever closed it gave it up.
