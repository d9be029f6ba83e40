# What mails say, and what pages say of them.

mail-hello = Hello,
mail-confirm-subject = Confirm your declaration of interest – { $node }
mail-confirm-who = { $count ->
    [one] A declaration of interest was sent to { $node } in the name of “{ $organisation }”, with your address, for the coalition:
   *[other] A declaration of interest was sent to { $node } in the name of “{ $organisation }”, with your address, for { $count_text } coalitions:
}
mail-confirm-how = If that was you, open this page and confirm your address:
mail-confirm-until = The link works until { $date }.
mail-confirm-not-you = Was it not you? Do nothing. Unless it is confirmed, the declaration is not published, and it is erased together with your address after { $count_text } { $count ->
    [one] day
   *[other] days
}.
mail-contact = A question, or too many messages? { $contact }
mail-test-subject = Test message – { $node }
mail-test = This message shows that the mail of { $node } ({ $address }) leaves and arrives. There is nothing to do.

interest-often = Several messages have gone to this address today. Open the latest one, or come back tomorrow.
interest-many = Many declarations are waiting to be confirmed at the moment. Nothing is lost: send yours again in an hour.
interest-email-mail = We send a message with a link to confirm to it. It is never published; it is erased if you withdraw your declaration.
interest-received-mail = Thank you. If this address is not confirmed yet, a message is on its way to it: open it and confirm. Your declaration then reaches those who carry the coalition. Nothing after half an hour? Look among the unwanted mail.
interest-confirm-who = { $organisation } declares its interest in:
interest-used-title = Address already confirmed
interest-used = This link was used before: your address is confirmed, there is nothing more to do. Those who carry the coalition will answer you.
interest-expired-title = This link no longer works
interest-expired = It was not used in time. Send your declaration again, and a new message follows.
interest-unknown-title = This link leads nowhere
interest-unknown = The declaration may have been erased, or a later message holds the right link. Check that the address is complete, or send your declaration again.
interest-again = Declare an interest
