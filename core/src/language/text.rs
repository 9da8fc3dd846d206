//! The texts of the built-in pages: a key for translators, and the English words.

use crate::page::Reason;

/// A text: its key in a catalogue, and its English words, with names to put in between braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) key: &'static str,
    pub(crate) english: &'static str,
}

/// Every text, in the order in which a translator meets them.
pub(crate) fn all() -> impl Iterator<Item = Text> {
    let reasons = Reason::ALL.iter().map(|reason| reason.words());
    PAGES.iter().copied().chain(reasons.flat_map(|words| [words.heading, words.happened, words.next]))
}

/// A text cut into words, and the names in braces as `Err`. A brace that is not closed is one of the words.
pub(crate) fn parts(text: &str) -> impl Iterator<Item = Result<&str, &str>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, after)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            rest = after;
            return Some(Err(name));
        }
        // Past a brace that opens nothing, to the next.
        let end = rest.char_indices().skip(1).find(|(_, char)| *char == '{').map_or(rest.len(), |(place, _)| place);
        let (words, after) = rest.split_at(end);
        rest = after;
        Some(Ok(words))
    })
}

/// Defines a constant for each text, and the list of all.
macro_rules! texts {
    ($($name:ident $key:literal $english:literal)*) => {
        $(pub(crate) const $name: Text = Text { key: $key, english: $english };)*
        const PAGES: &[Text] = &[$($name,)*];
    };
}

texts! {
    // The sign-in page.
    SIGN_IN_TITLE "sign_in.title" "Sign in"
    SIGN_IN_TO_CONTINUE "sign_in.to_continue" "to continue to {app}"
    SIGN_IN_WITH "sign_in.with" "Sign in with {provider}"
    SIGN_IN_LAST_USED "sign_in.last_used" "Last used"
    SIGN_IN_OR "sign_in.or" "or"
    SIGN_IN_OPTIONAL "sign_in.optional" "{field} (optional)"
    SIGN_IN_NOTHING "sign_in.nothing" "No way to sign in has been set up here yet."

    // What it says when somebody comes to it with an error of Auth.js.
    ERROR_TRY_ANOTHER "sign_in.error.try_another" "The sign-in did not succeed. Try again, or use a different account."
    ERROR_NOT_LINKED "sign_in.error.not_linked" "To keep your account safe, sign in the way you did before."
    ERROR_EMAIL "sign_in.error.email" "The email could not be sent. Wait a minute, then try again."
    ERROR_CREDENTIALS "sign_in.error.credentials" "The details do not match. Check them, then try again."
    ERROR_REQUIRED "sign_in.error.required" "Sign in to open this page."
    ERROR_UNABLE "sign_in.error.unable" "The sign-in did not succeed. Try again."

    // Why somebody was sent there.
    WHY_ENDED "sign_in.why.ended" "Your session has ended. Sign in again to go on."
    WHY_AGAIN "sign_in.why.again" "To go on, sign in once more: it confirms that it is you."
    WHY_ACCOUNT "sign_in.why.account" "To change how you sign in, sign in once more: it confirms that it is you."
    WHY_EXPIRED "sign_in.why.expired" "Your connection to {provider} has expired. Sign in with {provider} again to go on."
    WHY_PROOF "sign_in.why.proof" "{provider} asks you to confirm that it is you. Sign in with {provider} again to go on."
    WHY_PERMISSION "sign_in.why.permission" "What you opened needs your permission at {provider}. Sign in with {provider} again, and agree when you are asked."
    WHY_UNCONNECTED "sign_in.why.unconnected" "What you opened comes from {provider}. Sign in with {provider} to go on."

    // Signing out.
    SIGN_OUT_TITLE "sign_out.title" "Sign out"
    SIGN_OUT_SURE "sign_out.sure" "Do you want to sign out in this browser?"
    SIGN_OUT_BUTTON "sign_out.button" "Sign out"
    SIGN_OUT_STAY "sign_out.stay" "Stay signed in"

    // After a link was sent.
    VERIFY_TITLE "verify.title" "Check your email"
    VERIFY_SENT "verify.sent" "A link to sign in with is on its way to you. If it does not arrive within a few minutes, look in your spam folder."

    // Where one provider follows another.
    BEFORE_TITLE "before.title" "Have you used this site with {provider} before?"
    BEFORE_ONCE_MORE "before.once_more" "Then sign in with {provider} once more, and the two will be connected: you will find everything as you left it."
    BEFORE_OVER "before.over" "You can no longer sign in with {provider}. If you have used this site with it, ask the people who run this site before you go on."
    BEFORE_YES "before.yes" "Yes, sign in with {provider}"
    BEFORE_NO "before.no" "No, I am new here"
    CONNECT_TITLE "connect.title" "Continue with {provider}"
    CONNECT_MOVING "connect.moving" "This site is moving to {provider}. Connect your account there now, and you can sign in with it from then on."
    CONNECT_STAYS "connect.stays" "You are signed in, and stay who you are."
    CONNECT_GO "connect.go" "Continue with {provider}"
    CONNECT_LATER "connect.later" "Not now"
    WAY_BOTH "way.both" "Try again with {provider}"
    WAY_NEWCOMER "way.newcomer" "I am new here"

    // For somebody who is signed in, and may not.
    REFUSED_TITLE "refused.title" "You cannot open this page"
    REFUSED_SIGNED_IN "refused.signed_in" "You are signed in, but your account does not have permission to see it."
    REFUSED_ANOTHER "refused.another" "If you have another account, sign in with that one; otherwise ask the people who run this site."
    REFUSED_BUTTON "refused.button" "Sign in with another account"

    // For somebody whose page needs a token.
    TOKEN_LATER_TITLE "token.later.title" "Try again in a moment"
    TOKEN_LATER "token.later" "What you opened comes from {provider}, which is not answering at the moment."
    TOKEN_LATER_SECOND "token.later.second" "You are still signed in. Try again in a second."
    TOKEN_LATER_SECONDS "token.later.seconds" "You are still signed in. Try again in {seconds} seconds."
    TOKEN_LATER_MINUTES "token.later.minutes" "You are still signed in. Try again in {minutes} minutes."
    TOKEN_LATER_BUTTON "token.later.button" "Try again"
    TOKEN_SETUP_TITLE "token.setup.title" "An administrator has to act"
    TOKEN_SETUP "token.setup" "What you opened comes from {provider}, which does not accept this site's set-up."
    TOKEN_SETUP_TELL "token.setup.tell" "You are still signed in. Tell the people who run this site, with the reference below."
    TOKEN_OVER_TITLE "token.over.title" "This service has ended"
    TOKEN_OVER "token.over" "What you opened comes from {provider}, which no longer offers it to this site."
    TOKEN_OVER_ANOTHER "token.over.another" "Sign in another way, or ask the people who run this site."
    TOKEN_OVER_BUTTON "token.over.button" "Sign in another way"

    // The page of one's account.
    ACCOUNT_TITLE "account.title" "Your account"
    ACCOUNT_NAMELESS "account.nameless" "You are signed in"
    ACCOUNT_WAYS "account.ways" "How you sign in"
    ACCOUNT_WAYS_NONE "account.ways.none" "No account is connected."
    ACCOUNT_LAST_WAY "account.last_way" "Your only way in, so it stays connected"
    ACCOUNT_DISCONNECT "account.disconnect" "Disconnect"
    ACCOUNT_DISCONNECT_ENDS "account.disconnect.ends" "Disconnecting an account signs you out on all other devices."
    ACCOUNT_CONNECT "account.connect" "Connect"
    ACCOUNT_SESSIONS "account.sessions" "Where you are signed in"
    ACCOUNT_SESSIONS_UNLISTED "account.sessions.unlisted" "Other devices are not listed here, but you can sign out on all of them at once."
    ACCOUNT_SESSIONS_UNKNOWN "account.sessions.unknown" "Other devices are not listed here. To sign out on one of them, use that device."
    ACCOUNT_THIS_DEVICE "account.this_device" "This device"
    ACCOUNT_DEVICE_UNKNOWN "account.device.unknown" "Unknown device"
    ACCOUNT_SINCE "account.since" "Signed in {since}"
    ACCOUNT_SINCE_AND_USED "account.since_and_used" "Signed in {since}, last used {used}"
    ACCOUNT_SIGN_OUT "account.sign_out" "Sign out"
    ACCOUNT_SIGN_OUT_OTHERS "account.sign_out.others" "Sign out everywhere else"
    ACCOUNT_SIGN_OUT_ALL "account.sign_out.all" "Sign out everywhere"

    // What it says when something has just been done there.
    ACCOUNT_SESSION_ENDED "account.note.session_ended" "That device is signed out."
    ACCOUNT_OTHERS_ENDED "account.note.others_ended" "All other devices are signed out."
    ACCOUNT_CONNECTED "account.note.connected" "{provider} is connected. You can sign in with it from now on."
    ACCOUNT_DISCONNECTED "account.note.disconnected" "{provider} is disconnected, and all other devices are signed out."

    // And to somebody who had to sign in once more before.
    ACCOUNT_WISH_CONNECT "account.wish.connect" "You have signed in once more, so {provider} can be connected now."
    ACCOUNT_CONNECT_NOW "account.wish.connect.button" "Connect {provider} now"
    ACCOUNT_WISH_DISCONNECT "account.wish.disconnect" "You have signed in once more, so {provider} can be disconnected now."
    ACCOUNT_DISCONNECT_NOW "account.wish.disconnect.button" "Disconnect {provider} now"

    // How long ago something was.
    ACCOUNT_NOW "account.time.now" "just now"
    ACCOUNT_MINUTE "account.time.minute" "a minute ago"
    ACCOUNT_MINUTES "account.time.minutes" "{minutes} minutes ago"
    ACCOUNT_HOUR "account.time.hour" "an hour ago"
    ACCOUNT_HOURS "account.time.hours" "{hours} hours ago"
    ACCOUNT_DAY "account.time.day" "a day ago"
    ACCOUNT_DAYS "account.time.days" "{days} days ago"
    ACCOUNT_WITHIN_A_DAY "account.time.within_a_day" "within the last day"
    ACCOUNT_DATE "account.time.date" "on {date}"

    // The error page, where the address carries Auth.js's word alone.
    ERROR_SIGN_IN "error.sign_in" "Sign in"
    ERROR_HOME "error.home" "Back to {app}"
    ERROR_REFERENCE "error.reference" "Reference: {reference}"
    ERROR_DENIED_TITLE "error.denied.title" "You do not have access"
    ERROR_DENIED "error.denied" "The account you used may not sign in here."
    ERROR_DENIED_NEXT "error.denied.next" "Sign in with a different account, or ask the people who run this site."
    ERROR_LINK_TITLE "error.link.title" "This link no longer works"
    ERROR_LINK "error.link" "A link to sign in with counts once and not for long: this one was used already, or it has expired."
    ERROR_LINK_NEXT "error.link.next" "Sign in again to be sent a new one."
    ERROR_TITLE "error.title" "Something went wrong"
    ERROR_WRONG "error.wrong" "What you began could not be finished."
    ERROR_WRONG_NEXT "error.wrong.next" "Go back to the site and try again from there."
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_key_stands_once() {
        let mut keys = HashSet::new();
        for text in all() {
            assert!(keys.insert(text.key), "{}", text.key);
        }
    }

    #[test]
    fn names_stand_in_braces_and_a_lone_brace_is_text() {
        let parts: Vec<_> = parts("a {b} {c}d {e").collect();
        assert_eq!(parts, [Ok("a "), Err("b"), Ok(" "), Err("c"), Ok("d "), Ok("{e")]);
    }
}
