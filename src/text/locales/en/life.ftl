# The life of a coalition.

profile-of-nothing = { $name } is a coalition of organisations. Stage: { $stage }.
stage-since = Since { $date }
list-and = and
dimensions-unknown = It is not known yet who acts in these dimensions. Your organisation may take one up:
dimensions-missing = Actors are missing for: { $dimensions }.
coalition-branches = Branches
impact-version = Version { $version }
impact-versions = The impact is negotiated: the versions
history-title = The life of the coalition
history-open = Stages, impact, memberships
history-by = by
history-stage = Stage: { $stage }
history-impact = Impact sought, version { $version }
history-added = { $name } joins the coalition ({ $role })
history-role = { $name } changes role: { $role }
history-removed = { $name } leaves the coalition
history-put-out = { $name } is put out of the coalition by { $by }
history-brings = What { $name } brings to the coalition has changed
history-handed_over = { $name } takes the coalition over ({ $role })
charter-title = Charter
charter-version = Version { $version } – { $state }, { $date }
charter-beta = beta
charter-in_force = in force
charter-superseded = superseded
charter-nobody = No organisation has acknowledged it yet.
charter-by = Acknowledged by:
charter-before = The beta had been acknowledged by:
interest-box = Take part
interest-link = Declare an interest
interest-accepted = Were welcomed:
interest-title = Declare an interest
interest-lead = Would your organisation like to take part in one or more coalitions? Say so here, without an account. Those who carry the coalition will answer you.
interest-none = No coalition is open at the moment.
interest-coalitions = The coalitions
interest-organisation = The name of your organisation
interest-email = An e-mail address at which to answer you
interest-email-how = This node itself sends nothing to it. It is never published; it is erased if you withdraw your declaration.
interest-sentence = In a sentence, what you bring or seek (optional)
interest-empty = Leave this field empty
interest-send = Send the declaration
interest-no-coalition = Tick at least one coalition of the list.
interest-no-name = Write the name of your organisation, in 200 characters at most.
interest-bad-email = This address does not look like one: write it as name@example.org.
interest-long-sentence = Your sentence is long: say what matters in 1,000 characters at most.
interest-too-fast = The form came back very fast. Read again what you wrote, and send it once more.
interest-too-old = The form was left open for long. Nothing is lost: send it again in a few seconds.
interest-received-title = Declaration received
interest-received = Thank you. Your declaration was passed to those who carry the coalition. This node sends no e-mail: they will write to you themselves.
interest-confirm-title = Confirm your address
interest-confirm = One thing more: confirm that this address is your organisation’s.
interest-confirm-button = Confirm
interest-confirmed-title = Address confirmed
interest-confirmed = Thank you, your address is confirmed. Those who carry the coalition will answer you.
count-declared = { $count ->
    [0] No organisation has declared an interest yet.
    [one] { $count_text } organisation has declared an interest.
   *[other] { $count_text } organisations have declared an interest.
}
