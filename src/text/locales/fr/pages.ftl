# Les pages. Les espaces insécables sont celles de la typographie française.

node-description = Sur { $node }, des coalitions d’acteurs décident et agissent ensemble, en public.
skip = Aller au contenu
nav-label = Navigation principale
nav-home = Accueil
nav-coalitions = Coalitions
nav-publications = Publications
nav-feed = Flux Atom
footer-label = Informations sur ce nœud
footer-legal = Mentions légales
footer-privacy = Données personnelles
footer-accessibility = Accessibilité
footer-contact = Contact
footer-software = Propulsé par reset-node, logiciel libre (AGPL-3.0).
footer-quiet = Ni traceur, ni script, ni appel à des tiers.
home-lead = Des organisations que tout distingue se réunissent en coalitions pour un but d’intérêt général. Leurs propositions, comptes rendus, feuilles de route et décisions se lisent ici, et se suivent depuis Mastodon ou tout autre serveur du Fédivers.
home-run-by = Nœud tenu par
home-latest = Dernières publications
home-all-publications = Toutes les publications
home-all-coalitions = Toutes les coalitions
coalitions-title = Coalitions
coalitions-lead = Chaque coalition poursuit un impact d’intérêt général lié à une ou plusieurs des sept qualités, que figure l’anneau à côté de son nom.
coalition-number = Coalition n° { $number }
coalition-label = Coalition
coalition-provisional = titre provisoire
coalition-stage = Étape
coalition-impact = Impact recherché
coalition-problem = Le problème
coalition-narrative = Le récit
coalition-qualities = Qualités
coalition-levers = Leviers
coalition-examples = Exemples
coalition-dimensions = Dimensions
coalition-dimension-has = la coalition en annonce, sans les nommer
coalition-dimension-lacks = acteurs recherchés
coalition-dimension-unknown = pas encore renseigné
coalition-associated = Acteurs à associer
coalition-members = Membres
coalition-facts = Repères
coalition-topic = Sujet
coalition-territory = Territoire
coalition-horizon = Horizon
coalition-cohort = Cohorte
coalition-family = Famille
coalition-pilot = Pilote
coalition-parent = Branche de
coalition-languages = Langues
coalition-pinned = Épinglées
coalition-publications = Publications
coalition-empty = Rien n’a encore été publié ici.
coalition-feed = Flux Atom de la coalition
answer-yes = oui
follow-title = Suivre depuis votre serveur
follow-how = Cherchez ce nom dans Mastodon ou un autre serveur du Fédivers :
follow-label = Ou indiquez votre compte, nous vous y conduisons
follow-example = vous@serveur.example
follow-button = Suivre
follow-bad-account = Ce compte n’a pas la forme attendue. Revenez en arrière et écrivez-le ainsi : vous@serveur.example.
follow-other-site = Ce formulaire a été envoyé depuis un autre site. Ouvrez la page ici et recommencez.
publications-title = Publications
publications-empty = Aucune publication de ce genre.
kinds-all = Toutes
kinds-label = Genres de publication
pager-label = Pages de la liste
pager-newer = Page précédente
pager-older = Page suivante
item-by = par
publication-by = Par
publication-published = Publié le
publication-updated = mis à jour le
publication-details = En bref
publication-organisations = Organisations présentes
publication-agenda = Programme
publication-points = Points abordés
publication-questions = Questions
publication-milestones = Étapes-clés
publication-source = Vient de
publication-due = Échéance
publication-no-date = sans date
publication-tags = Mots-clés
publication-licence = Licence
publication-forms = Autres formes
publication-revisions = Historique
publication-replies = Réponses
publication-reply-how = Pour répondre, cherchez cette adresse depuis votre serveur :
react-label = Réagir depuis votre serveur : votre compte
react-reply = Répondre
react-like = Aimer
react-announce = Partager
publication-options = Réponses au choix
publication-option-one = Une seule réponse possible.
publication-option-many = Plusieurs réponses possibles.
publication-answer-how = Pour participer, cherchez cette adresse depuis votre compte Mastodon ou d’un autre serveur du Fédivers, et choisissez :
publication-answer-closed = Les réponses ne sont plus prises en compte.
publication-registrations = Inscriptions
publication-register-how = Pour vous inscrire, cherchez cette adresse depuis Mobilizon ou un autre serveur qui gère les rencontres :
publication-register-elsewhere = Les inscriptions se font à cette adresse :
publication-locked = Cette publication ne reçoit plus de réponses depuis le
publication-no-reply = Personne n’a encore répondu.
publication-quotes = Citée par
publication-edited = modifié
publication-method = Méthode
fact-series = Série
moved-title = Cette adresse a changé
moved-text = Depuis le { $date }, la suite se lit ici :
person-gone = Compte supprimé
person-gone-text = Ce compte a été supprimé le { $date }. Ce qu’il avait écrit n’est plus montré.
withdrawn-title = Publication retirée
withdrawn-text = { $kind } : publication retirée le { $date }. Son texte n’est plus diffusé.
withdrawn-reason = Motif
revisions-title = Historique
revisions-first = Première publication.
revisions-same = Seul l’état a changé.
revisions-number = Version
revision-added = Ajouté
revision-removed = Retiré
organisation-coalitions = Dans les coalitions
organisation-publications = Ce qu’elle a écrit
organisation-website = Site
organisation-none = Aucune publication pour l’instant.
legal-title = Mentions légales
legal-missing = Les responsables de { $node } n’ont pas encore publié de mentions légales.
privacy-title = Données personnelles
privacy-missing = Les responsables de { $node } n’ont pas encore publié de politique de données personnelles. Le logiciel, lui, n’enregistre rien de qui lit : un seul cookie, celui de la langue, et seulement si vous la choisissez. Il garde ce que vous lui confiez : l’adresse électronique d’une déclaration d’intérêt, lue par les seuls porteurs de la coalition, effacée si vous vous retirez, ou après { $declarations } jours si personne ne l’a confirmée ni n’y a répondu ; et, venus d’autres serveurs, les abonnements, les inscriptions, les réponses et les réactions, tant que vous ne les retirez pas. Ce qu’un serveur nous envoie est effacé au bout de { $inbox } jours, un profil lointain dont plus rien ne se sert au bout de { $remote } jours.
accessibility-title = Accessibilité
accessibility-missing = Les responsables de { $node } n’ont pas encore publié de déclaration d’accessibilité. Les pages sont faites pour se lire au clavier, avec un lecteur d’écran et sur de petits écrans ; elles n’ont pas fait l’objet d’un audit.
error-400 = Demande incomprise
error-404 = Page introuvable
error-404-text = Rien ne se trouve à cette adresse. L’accueil mène à toutes les coalitions et à leurs publications.
error-405 = Geste impossible ici
error-405-text = Cette adresse se lit, mais n’accepte pas cette demande.
error-429 = Trop de demandes
error-429-text = Cette adresse a envoyé beaucoup de demandes. Attendez une minute et recommencez.
error-500 = Panne de notre côté
error-500-text = La page n’a pas pu être servie. L’incident est consigné ; réessayez dans un instant.
error-back = Retour à l’accueil
count-coalitions = { $count ->
    [one] { $count_text } coalition
   *[other] { $count_text } coalitions
}
count-publications = { $count ->
    [one] { $count_text } publication
   *[other] { $count_text } publications
}
count-followers = { $count ->
    [one] { $count_text } personne suit cette coalition
   *[other] { $count_text } personnes suivent cette coalition
}
count-replies = { $count ->
    [one] { $count_text } réponse
   *[other] { $count_text } réponses
}
count-likes = { $count ->
    [one] { $count_text } mention « j’aime »
   *[other] { $count_text } mentions « j’aime »
}
count-shares = { $count ->
    [one] { $count_text } partage
   *[other] { $count_text } partages
}
count-revisions = { $count ->
    [one] { $count_text } version
   *[other] { $count_text } versions
}
count-voters = { $count ->
    [one] { $count_text } personne a participé
   *[other] { $count_text } personnes ont participé
}
count-registered = { $count ->
    [one] { $count_text } personne inscrite
   *[other] { $count_text } personnes inscrites
}
