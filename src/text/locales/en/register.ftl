# The register of decisions of a coalition.
register-title = Register of decisions
register-what = Each act is numbered without a gap, signed by the coalition and chained to the one before by its digest: nothing can be changed or taken out of it without being seen.
register-empty = No decision has been made yet.
register-entries = { $count ->
    [one] { $count_text } act
   *[other] { $count_text } acts
}
register-no = No.
register-number = Number
register-digest = Digest
register-verify = Verify it yourself
register-verify-how = This command says in one sentence what holds and what does not: signatures, chain, positions, keys.
register-verify-offline = Offline, give it the file:
register-verify-one = Verify:
register-act-adopt = Adoption
register-act-review = Review
register-act-supersede = Replacement
register-act-repeal = Repeal
register-act-rotate = Change of key
register-told-review = Decision { $decision } is under review.
register-told-review-on = Decision { $decision } will be reviewed: { $date }.
register-told-kept = Decision { $decision } is kept.
register-told-supersede = Decision { $decision } is superseded.
register-told-supersede-by = Decision { $decision } is superseded by decision { $successor }.
register-told-repeal = Decision { $decision } is repealed.
register-told-rotate = The coalition now signs with the key { $to }; the key { $from } signed this change with it.
register-told-revoked = The coalition now signs with the key { $to }; the key { $from } is believed for the acts before this one only.
register-superseded-by = Superseded by
register-supersedes = Supersedes
register-concerns = Concerns

# The exported folder.
export-title = Archive of { $node }
export-what = This folder holds what these coalitions published. The texts are Markdown, as the command “publish” takes them again; decisions.json is the signed register, with the public keys. There is no private key in it, nor any personal data of accounts.
export-verify = To verify the registers, without a network:

export-made = Made on { $date }.
