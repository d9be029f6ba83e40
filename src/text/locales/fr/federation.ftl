# Ce qui voyage : les champs du profil et les faits en tête du texte.

field-stage = Étape
field-steward = Porteur
field-qualities = Qualités
field-territory = Territoire
field-website = Site

fact-date = Date :
fact-place = Lieu :
fact-attendance = Présents :
fact-organisations = Organisations :
fact-next = Prochaine rencontre :
fact-capacity = Places :
fact-registration = Inscription :
fact-method = Décision :
fact-opens = Ouverture :
fact-closes = Clôture :
fact-quorum = Quorum (organisations) :
fact-review = Réexamen :

content-agenda = Programme
content-points = Points abordés
content-questions = Questions
content-milestones = Étapes-clés
