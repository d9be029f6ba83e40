# Le registre des décisions d’une coalition.
register-title = Registre des décisions
register-what = Chaque acte est numéroté sans lacune, signé par la coalition et enchaîné au précédent par son empreinte : rien ne peut y être changé ou retiré sans que cela se voie.
register-empty = Aucune décision n’a encore été prise.
register-entries = { $count ->
    [one] { $count_text } acte
   *[other] { $count_text } actes
}
register-no = N°
register-number = Numéro
register-digest = Empreinte
register-verify = Vérifiez vous-même
register-verify-how = Cette commande dit en une phrase ce qui tient et ce qui ne tient pas : signatures, enchaînement, positions, clés.
register-verify-offline = Hors ligne, donnez-lui le fichier :
register-verify-one = Vérifier :
register-act-adopt = Adoption
register-act-review = Réexamen
register-act-supersede = Remplacement
register-act-repeal = Abrogation
register-act-rotate = Changement de clé
register-told-review = La décision n° { $decision } est réexaminée.
register-told-review-on = La décision n° { $decision } sera réexaminée : { $date }.
register-told-kept = La décision n° { $decision } est maintenue.
register-told-supersede = La décision n° { $decision } est remplacée.
register-told-supersede-by = La décision n° { $decision } est remplacée par la décision n° { $successor }.
register-told-repeal = La décision n° { $decision } est abrogée.
register-told-rotate = La coalition signe désormais avec la clé { $to } ; la clé { $from } a signé ce changement avec elle.
register-told-revoked = La coalition signe désormais avec la clé { $to } ; la clé { $from } n’est plus crue que pour les actes qui précèdent.
register-superseded-by = Remplacée par
register-supersedes = Remplace
register-concerns = Concerne

# Le dossier exporté.
export-title = Archive de { $node }
export-what = Ce dossier contient ce que ces coalitions ont publié. Les textes sont en Markdown, tels que la commande « publish » les reprend ; decisions.json est le registre signé, avec les clés publiques. Aucune clé privée ni aucune donnée personnelle de compte ne s’y trouve.
export-verify = Pour vérifier les registres, sans réseau :

export-made = Fait le { $date }.
