# The pages.

node-description = On { $node }, coalitions of organisations decide and act together, in public.
skip = Skip to content
nav-label = Main navigation
nav-home = Home
nav-coalitions = Coalitions
nav-publications = Publications
nav-feed = Atom feed
footer-label = About this node
footer-legal = Legal notice
footer-privacy = Privacy
footer-accessibility = Accessibility
footer-contact = Contact
footer-software = Powered by reset-node, free software (AGPL-3.0).
footer-quiet = No tracker, no script, nothing from third parties.
home-lead = Organisations of every kind form coalitions around a goal of public interest. Their proposals, minutes, roadmaps and decisions can be read here, and followed from Mastodon or any other server of the Fediverse.
home-run-by = Node run by
home-latest = Latest publications
home-all-publications = All publications
home-all-coalitions = All coalitions
coalitions-title = Coalitions
coalitions-lead = Each coalition seeks an impact of public interest tied to one or more of the seven qualities, which the ring beside its name shows.
coalition-number = Coalition no. { $number }
coalition-label = Coalition
coalition-provisional = provisional title
coalition-stage = Stage
coalition-impact = Impact sought
coalition-problem = The problem
coalition-narrative = The story
coalition-qualities = Qualities
coalition-levers = Levers
coalition-examples = Examples
coalition-dimensions = Dimensions
coalition-dimension-has = the coalition says that it has some, and names none
coalition-dimension-lacks = actors wanted
coalition-dimension-unknown = not told yet
coalition-associated = Actors to associate
coalition-members = Members
coalition-facts = Key facts
coalition-topic = Topic
coalition-territory = Territory
coalition-horizon = Horizon
coalition-cohort = Cohort
coalition-family = Family
coalition-pilot = Pilot
coalition-parent = Branch of
coalition-languages = Languages
coalition-pinned = Pinned
coalition-publications = Publications
coalition-empty = Nothing has been published here yet.
coalition-feed = Atom feed of this coalition
answer-yes = yes
follow-title = Follow from your server
follow-how = Search for this name on Mastodon or another server of the Fediverse:
follow-label = Or give your account, and we take you there
follow-example = you@server.example
follow-button = Follow
follow-bad-account = This account does not have the expected form. Go back and write it like this: you@server.example.
follow-other-site = This form was sent from another site. Open the page here and try again.
publications-title = Publications
publications-empty = No publication of this kind.
kinds-all = All
kinds-label = Kinds of publication
pager-label = Pages of the list
pager-newer = Previous page
pager-older = Next page
item-by = by
publication-by = By
publication-published = Published on
publication-updated = updated on
publication-details = In short
publication-organisations = Organisations present
publication-agenda = Programme
publication-points = Points discussed
publication-questions = Questions
publication-milestones = Milestones
publication-source = Comes from
publication-due = Due
publication-no-date = no date
publication-tags = Tags
publication-licence = Licence
publication-forms = Other forms
publication-revisions = History
publication-replies = Replies
publication-reply-how = To reply, search for this address from your server:
react-label = React from your server: your account
react-reply = Reply
react-like = Like
react-announce = Boost
publication-options = Options
publication-option-one = One option can be chosen.
publication-option-many = Several options can be chosen.
publication-answer-how = To take part, search for this address from your account on Mastodon or another server of the Fediverse, and choose:
publication-answer-closed = Answers no longer count.
publication-registrations = Registrations
publication-register-how = To register, search for this address from Mobilizon or another server that handles meetings:
publication-register-elsewhere = Registrations are taken at this address:
publication-locked = This publication has taken no new replies since
publication-no-reply = Nobody has replied yet.
publication-quotes = Quoted by
publication-edited = edited
publication-method = Method
fact-series = Series
moved-title = This address has changed
moved-text = Since { $date }, what follows is read here:
person-gone = Deleted account
person-gone-text = This account was deleted on { $date }. What it wrote is no longer shown.
withdrawn-title = Publication withdrawn
withdrawn-text = { $kind }: publication withdrawn on { $date }. Its text is no longer shown.
withdrawn-reason = Reason
revisions-title = History
revisions-first = First publication.
revisions-same = Only the state changed.
revisions-number = Version
revision-added = Added
revision-removed = Removed
organisation-coalitions = In these coalitions
organisation-publications = What it wrote
organisation-website = Website
organisation-none = No publication so far.
legal-title = Legal notice
legal-missing = Those who run { $node } have not published a legal notice yet.
privacy-title = Privacy
privacy-missing = Those who run { $node } have not published a privacy policy yet. The software itself records nothing about who reads: a single cookie, that of the language, and only if you choose one. It keeps what you give it: the e-mail address of a declaration of interest, read by those who carry the coalition alone, erased if you withdraw, or after { $declarations } days where nobody confirmed or answered it; and, from other servers, follows, registrations, replies and reactions, until you take them back. What a server sends us is erased after { $inbox } days, a distant profile that nothing uses any more after { $remote } days.
accessibility-title = Accessibility
accessibility-missing = Those who run { $node } have not published an accessibility statement yet. The pages are made to be read by keyboard, with a screen reader and on small screens; they have not been audited.
error-400 = Request not understood
error-404 = Page not found
error-404-text = There is nothing at this address. The home page leads to every coalition and its publications.
error-405 = Not possible here
error-405-text = This address can be read, but does not take this request.
error-429 = Too many requests
error-429-text = This address has sent many requests. Wait a minute and try again.
error-500 = A fault on our side
error-500-text = The page could not be served. The fault was recorded; please try again in a moment.
error-back = Back to the home page
count-coalitions = { $count ->
    [one] { $count_text } coalition
   *[other] { $count_text } coalitions
}
count-publications = { $count ->
    [one] { $count_text } publication
   *[other] { $count_text } publications
}
count-followers = { $count ->
    [one] { $count_text } follower
   *[other] { $count_text } followers
}
count-replies = { $count ->
    [one] { $count_text } reply
   *[other] { $count_text } replies
}
count-likes = { $count ->
    [one] { $count_text } like
   *[other] { $count_text } likes
}
count-shares = { $count ->
    [one] { $count_text } share
   *[other] { $count_text } shares
}
count-revisions = { $count ->
    [one] { $count_text } version
   *[other] { $count_text } versions
}
count-voters = { $count ->
    [one] { $count_text } person took part
   *[other] { $count_text } people took part
}
count-registered = { $count ->
    [one] { $count_text } person registered
   *[other] { $count_text } people registered
}
