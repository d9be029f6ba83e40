# Les propositions : tours, phases, positions, amendements, issue.

news-round-ends = Le tour se termine bientôt : « { $title } ». { $now }

round-number = tour { $round }
round-phase = tour { $round } : { $phase }

phase-clarify = clarification
phase-react = réactions
phase-object = objections
phase-resolve = résolution des objections

stance-consent = consent
stance-stand_aside = émet une réserve
stance-object = objecte
stance-agree = pour
stance-abstain = s’abstient
stance-disagree = contre

ballot-title = Positions
ballot-round = Tour { $round }
ballot-asks-clarify = On pose les questions qui aident à comprendre le texte. Une position peut déjà être prise.
ballot-asks-react = Chaque organisation dit ce que le texte lui inspire ; des amendements peuvent être proposés.
ballot-asks-object = Chaque organisation consent, émet une réserve ou objecte en disant pourquoi.
ballot-asks-resolve = On cherche le texte qui lève les objections ; seul leur auteur les lève.
ballot-asks-none = Chaque organisation membre prend position.
ballot-waits = Le tour n’est pas encore ouvert.
ballot-over = Le tour est clos ; l’issue reste à prononcer.
ballot-next-clock = À l’échéance, la proposition est close d’elle-même.
ballot-next-hand = La proposition sera close par la coalition.
ballot-rule-consent = Adoptée si assez d’organisations prennent position, qu’une au moins consent et qu’aucune objection ne demeure. Une objection demeure, d’un tour et d’un texte à l’autre, tant que son auteur ne l’a pas levée.
ballot-rule-consensus = Adoptée si assez d’organisations prennent position, qu’une au moins consent, et que personne n’a objecté à ce texte pendant ce tour ; une objection levée appelle un autre tour.
ballot-rule-majority = Adoptée si assez d’organisations prennent position et que plus d’organisations sont pour que contre. Les abstentions comptent pour le quorum, pas pour la majorité.
ballot-rule-advice = Les avis sont rendus publics ; si assez d’organisations en donnent un, qui clôt décide, quels que soient les avis.
ballot-quorum = { $needed ->
    [one] { $spoken } sur { $needed_text } position nécessaire
   *[other] { $spoken } sur { $needed_text } positions nécessaires
}
ballot-tally = Répartition : { $parts }
ballot-nobody = Personne n’a encore pris position.
ballot-objections = Objections qui demeurent
ballot-old = position d’un texte ou d’un tour antérieur, à reprendre
ballot-withdrawn = retirée
ballot-resolved = objection levée
ballot-on = version { $version }, tour { $round }
ballot-pages = Pages des positions
ballot-amendment-pages = Pages des amendements
ballot-history = Positions antérieures
ballot-silent = N’ont pas pris position
ballot-amendments = Amendements
ballot-amendment-version = sur la version { $version }
ballot-acts = Actes
ballot-clock = l’horloge
ballot-decision = Décision :
reached-who = Qui a pris position
amendment-proposed = en attente de réponse
amendment-accepted = accepté
amendment-declined = refusé
amendment-withdrawn = retiré

act-opened = Ouverture
act-phase = Phase
act-round = Nouveau tour
act-revised = Texte modifié : les positions sont à reprendre
act-adopted = Adoption
act-not_adopted = Non-adoption

why-reached = Adoptée : les conditions étaient réunies.
why-no_quorum = Non adoptée : trop peu d’organisations ont pris position.
why-objection = Non adoptée : une objection demeurait.
why-objected = Non adoptée : une objection a été faite à ce texte pendant le tour.
why-nobody_consents = Non adoptée : personne n’a consenti.
why-no_majority = Non adoptée : pas plus d’organisations pour que contre.
why-declined = Non adoptée : qui l’a close y a renoncé.
