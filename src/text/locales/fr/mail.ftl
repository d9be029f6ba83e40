# Ce que disent les courriels, et ce que les pages en disent.

mail-hello = Bonjour,
mail-confirm-subject = Confirmez votre déclaration d’intérêt – { $node }
mail-confirm-who = { $count ->
    [one] Une déclaration d’intérêt a été envoyée à { $node } au nom de « { $organisation } », avec votre adresse, pour la coalition :
   *[other] Une déclaration d’intérêt a été envoyée à { $node } au nom de « { $organisation } », avec votre adresse, pour { $count_text } coalitions :
}
mail-confirm-how = Si c’est bien vous, ouvrez cette page et confirmez votre adresse :
mail-confirm-until = Le lien fonctionne jusqu’au { $date }.
mail-confirm-not-you = Ce n’est pas vous ? Ne faites rien. Sans confirmation, la déclaration n’est pas publiée, et elle est effacée avec votre adresse au bout de { $count_text } { $count ->
    [one] jour
   *[other] jours
}.
mail-contact = Une question, ou trop de messages ? { $contact }
mail-test-subject = Essai d’envoi – { $node }
mail-test = Ce message montre que les courriels de { $node } ({ $address }) partent et arrivent. Il n’y a rien à faire.

interest-often = Plusieurs messages sont déjà partis aujourd’hui vers cette adresse. Ouvrez le dernier reçu, ou revenez demain.
interest-many = Beaucoup de déclarations attendent en ce moment d’être confirmées. Rien n’est perdu : envoyez la vôtre de nouveau dans une heure.
interest-email-mail = Nous y envoyons un message avec un lien à confirmer. Elle n’est jamais publiée ; elle est effacée si vous retirez votre déclaration.
interest-received-mail = Merci. Si cette adresse n’est pas encore confirmée, un message y est parti : ouvrez-le et confirmez. Votre déclaration est alors transmise à celles et ceux qui portent la coalition. Rien reçu au bout d’une demi-heure ? Regardez parmi les indésirables.
interest-confirm-who = { $organisation } déclare son intérêt pour :
interest-used-title = Adresse déjà confirmée
interest-used = Ce lien a déjà servi : votre adresse est confirmée, il n’y a plus rien à faire. Celles et ceux qui portent la coalition vous répondront.
interest-expired-title = Ce lien n’est plus valable
interest-expired = Il n’a pas été utilisé à temps. Envoyez de nouveau votre déclaration : un nouveau message partira.
interest-unknown-title = Ce lien ne mène à rien
interest-unknown = La déclaration a peut-être été effacée, ou un message plus récent contient le bon lien. Vérifiez que l’adresse est entière, ou envoyez de nouveau votre déclaration.
interest-again = Déclarer un intérêt
