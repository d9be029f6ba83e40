# La vie d’une coalition.

profile-of-nothing = { $name } est une coalition d’organisations. Étape : { $stage }.
stage-since = Depuis le { $date }
list-and = et
dimensions-unknown = On ne sait pas encore qui agit dans ces dimensions. Votre organisation peut s’en saisir :
dimensions-missing = Il manque des acteurs pour : { $dimensions }.
coalition-branches = Branches
impact-version = Version { $version }
impact-versions = L’impact se négocie : les versions
history-title = La vie de la coalition
history-open = Étapes, impact, adhésions
history-by = par
history-stage = Étape : { $stage }
history-impact = Impact recherché, version { $version }
history-added = { $name } rejoint la coalition ({ $role })
history-role = { $name } change de rôle : { $role }
history-removed = { $name } quitte la coalition
history-put-out = { $name } est retirée de la coalition par { $by }
history-brings = Ce que { $name } apporte à la coalition a changé
history-handed_over = { $name } reçoit la coalition ({ $role })
charter-title = Charte
charter-version = Version { $version } – { $state }, { $date }
charter-beta = bêta
charter-in_force = en vigueur
charter-superseded = remplacée
charter-nobody = Aucune organisation ne l’a encore reconnue.
charter-by = Reconnue par :
charter-before = La bêta avait été reconnue par :
interest-box = Prendre part
interest-link = Déclarer un intérêt
interest-accepted = Ont été accueillies :
interest-title = Déclarer un intérêt
interest-lead = Votre organisation voudrait prendre part à une ou plusieurs coalitions ? Dites-le ici, sans compte. Celles et ceux qui portent la coalition vous répondront.
interest-none = Aucune coalition n’est ouverte pour l’instant.
interest-coalitions = Les coalitions
interest-organisation = Le nom de votre organisation
interest-email = Une adresse électronique où vous répondre
interest-email-how = Ce nœud n’y envoie rien de lui-même. Elle n’est jamais publiée ; elle est effacée si vous retirez votre déclaration.
interest-sentence = En une phrase, ce que vous apportez ou cherchez (facultatif)
interest-empty = Laissez ce champ vide
interest-send = Envoyer la déclaration
interest-no-coalition = Cochez au moins une coalition de la liste.
interest-no-name = Écrivez le nom de votre organisation, en 200 caractères au plus.
interest-bad-email = Cette adresse n’a pas la forme attendue : écrivez-la ainsi, nom@exemple.org.
interest-long-sentence = Votre phrase est longue : dites l’essentiel en 1 000 caractères au plus.
interest-too-fast = Le formulaire est revenu très vite. Relisez ce que vous avez écrit, et envoyez-le de nouveau.
interest-too-old = Le formulaire était resté ouvert longtemps. Rien n’est perdu : envoyez-le de nouveau dans quelques secondes.
interest-received-title = Déclaration reçue
interest-received = Merci. Votre déclaration est transmise à celles et ceux qui portent la coalition. Ce nœud n’envoie pas de courriel : ce sont ces personnes qui vous écriront.
interest-confirm-title = Confirmer votre adresse
interest-confirm = Un geste encore : confirmez que cette adresse est bien celle de votre organisation.
interest-confirm-button = Confirmer
interest-confirmed-title = Adresse confirmée
interest-confirmed = Merci, votre adresse est confirmée. Celles et ceux qui portent la coalition vous répondront.
count-declared = { $count ->
    [0] Aucune organisation n’a encore déclaré son intérêt.
    [one] { $count_text } organisation a déclaré son intérêt.
   *[other] { $count_text } organisations ont déclaré leur intérêt.
}
