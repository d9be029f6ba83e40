# Les mots du domaine, tels qu'ils paraissent à l'écran.

kind-proposal = Proposition
kind-minutes = Compte rendu
kind-roadmap = Feuille de route
kind-decision = Décision
kind-meeting = Rencontre
kind-consultation = Consultation
kinds-proposal = Propositions
kinds-minutes = Comptes rendus
kinds-roadmap = Feuilles de route
kinds-decision = Décisions
kinds-meeting = Rencontres
kinds-consultation = Consultations

state-proposal-draft = brouillon
state-proposal-open = ouverte
state-proposal-adopted = adoptée
state-proposal-not_adopted = non adoptée
state-proposal-withdrawn = retirée
state-minutes-draft = brouillon
state-minutes-submitted = soumis aux participants
state-minutes-adopted = adopté
state-minutes-corrected = corrigé
state-minutes-withdrawn = retiré
state-roadmap-draft = brouillon
state-roadmap-published = publiée
state-roadmap-withdrawn = retirée
state-decision-draft = brouillon
state-decision-in_force = en vigueur
state-decision-under_review = en réexamen
state-decision-superseded = remplacée
state-decision-repealed = abrogée
state-meeting-draft = brouillon
state-meeting-tentative = date à confirmer
state-meeting-scheduled = prévue
state-meeting-in_progress = en cours
state-meeting-closed = terminée
state-meeting-cancelled = annulée
state-meeting-withdrawn = retirée
state-consultation-draft = brouillon
state-consultation-open = ouverte
state-consultation-closed = close
state-consultation-withdrawn = retirée

method-consent = par consentement
method-advice = après sollicitation d’avis
method-consensus = par consensus
method-majority = à la majorité

stage-intention = intention
stage-crystallising = cristallisation
stage-scoping = cadrage
stage-launched = lancée
stage-roadmap = feuille de route
stage-active = en action
stage-landed = atterrissage
stage-dormant = en sommeil
stage-closed = close

quality-inclusive = inclusif
quality-frugal = frugal
quality-democratic = démocratique
quality-empowering = capacitant
quality-protective = protecteur
quality-fair = équitable
quality-innovative = innovant

dimension-offer = offre
dimension-procurement = commande
dimension-usage = usages

role-steward = porteur
role-co_steward = coporteur
role-facilitator = animateur
role-member = membre
role-observer = observateur

organisation-local_authority = collectivité territoriale
organisation-administration = administration
organisation-company = entreprise
organisation-association = association
organisation-research = recherche
organisation-education = enseignement
organisation-union = syndicat
organisation-commons = commun
organisation-international = organisation internationale
organisation-other = autre organisation

outcome-information = information
outcome-decision = décision
outcome-action = action

milestone-planned = prévue
milestone-under_way = en cours
milestone-late = en retard
milestone-done = faite
milestone-abandoned = abandonnée

associated-wanted = à associer
associated-invited = invité
associated-joined = associé
associated-declined = a décliné

month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

date-hours = de { $from } à { $to }
date-range = { $begins ->
    [vowel] d’{ $from }
    [month] de { $from }
   *[day] du { $from }
} { $ends ->
    [month] à { $to }
   *[day] au { $to }
}
