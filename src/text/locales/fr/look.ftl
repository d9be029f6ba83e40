# La frise d’une feuille de route, le livret d’une coalition, les images d’aperçu.

timeline-title = Frise des étapes-clés
timeline-description = { $begins ->
    [vowel] D’{ $from }
   *[month] De { $from }
} à { $to }. { $counts }. La liste qui suit dit la même chose en toutes lettres.
timeline-today = aujourd’hui
timeline-undated = Sans date
booklet-title = Livret
booklet-of = Livret de la coalition « { $name } »
booklet-link = Livret à imprimer
booklet-how = Cette page s’imprime, ou s’enregistre en PDF, depuis votre navigateur.
booklet-made = État au { $date }, d’après
booklet-read = À lire et à suivre en ligne :
booklet-roadmap = Feuille de route
booklet-decisions = Décisions
booklet-no-decision = Aucune décision n’a encore été publiée.
booklet-number = N°
booklet-what = Décision
booklet-state = État
booklet-actors = Acteurs par dimension
picture-alt = { $head } : « { $title } »
picture-coalition = Coalition « { $name } »
guide-title = Composants des pages
