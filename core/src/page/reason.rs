//! Why a sign-in came to nothing: the closed list, and what the error page says of each.
//!
//! The list is part of the wire. An address may carry any text as its `reason`; only these are ever spoken of.

use http::StatusCode;

use crate::language::Text;

/// Defines [`Reason`] from the table below, so that no reason can lack its code, its status or its words.
macro_rules! reasons {
    ($($variant:ident $code:literal $status:ident $link:ident $heading:literal $happened:literal $next:literal)*) => {
        /// Why a sign-in came to nothing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Reason {
            $($variant,)*
        }

        impl Reason {
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)*];

            /// What stands in the address and in the log.
            pub(crate) const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Reads a code; what is not in the table is no reason.
            pub(crate) fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }

            /// What the error page says.
            pub(crate) const fn words(self) -> Words {
                match self {
                    $(Self::$variant => Words {
                        status: StatusCode::$status,
                        heading: Text { key: concat!("error.", $code, ".title"), english: $heading },
                        happened: Text { key: concat!("error.", $code), english: $happened },
                        next: Text { key: concat!("error.", $code, ".next"), english: $next },
                        link: Link::$link,
                    },)*
                }
            }
        }
    };
}

reasons! {
    // The browser came back with something other than what it left with.
    StateMissing "state_missing" BAD_REQUEST SignIn
        "This sign-in cannot be continued"
        "Your browser did not send the cookie that was set when the sign-in began."
        "Allow cookies for this site, then sign in again, all in one window."

    StateMismatch "state_mismatch" BAD_REQUEST SignIn
        "This answer belongs to another sign-in"
        "What came back does not match the sign-in that this browser began."
        "Close other sign-in windows, then sign in again."

    StateExpired "state_expired" BAD_REQUEST SignIn
        "The sign-in took too long"
        "A sign-in has to be finished within a few minutes."
        "Sign in again."

    StateReplayed "state_replayed" BAD_REQUEST SignIn
        "This sign-in was already used"
        "Each sign-in counts once; going back or reloading sends the same answer a second time."
        "If you are not signed in yet, sign in again."

    ProviderMismatch "provider_mismatch" BAD_REQUEST SignIn
        "The answer came from somewhere else"
        "The sign-in began with one service and was answered by another."
        "Sign in again."

    CodeMissing "code_missing" BAD_REQUEST SignIn
        "The answer was incomplete"
        "The service you sign in with sent you back without the code that a sign-in needs."
        "Sign in again."

    ProviderUnknown "provider_unknown" NOT_FOUND SignIn
        "There is no such way to sign in"
        "This site does not know the service that the address names."
        "Choose one of the services on the sign-in page."

    ActionUnsupported "action_unsupported" BAD_REQUEST SignIn
        "This address does nothing by itself"
        "It is part of a sign-in, and was opened outside of one."
        "Start from the sign-in page."

    Csrf "csrf" BAD_REQUEST SignIn
        "This form is no longer valid"
        "The page was open for too long, or your browser did not send its cookies."
        "Allow cookies for this site, then sign in again."

    OriginRejected "origin_rejected" BAD_REQUEST SignIn
        "This request came from another site"
        "For your safety, only this site's own pages can sign you in or out."
        "Start from this site's sign-in page."

    Credentials "credentials" FORBIDDEN SignIn
        "The sign-in did not succeed"
        "The details do not match."
        "Check them, then try again."

    ParameterInvalid "parameter_invalid" BAD_REQUEST SignIn
        "This sign-in cannot begin"
        "The address that begins it has a value in it that no service could understand."
        "Go back to where you came from, and start from there or from the sign-in page."

    // The person may not come in, or not this way.
    AccessDenied "access_denied" FORBIDDEN SignIn
        "You did not sign in"
        "The sign-in was cancelled, or the service did not allow it. Nothing was changed."
        "You can sign in whenever you like, also another way."

    OrganizationNotAllowed "organization_not_allowed" FORBIDDEN SignIn
        "Your organization has no access here"
        "You were recognized, but this site is not open to the organization that your account belongs to."
        "Sign in with an account of another organization, or ask the people who run this site."

    AdministratorNeeded "administrator_needed" FORBIDDEN SignIn
        "An administrator has to agree first"
        "Your organization decides who may use this site, and has not agreed to it for your account."
        "Ask an administrator of your organization; then sign in again."

    InteractionRequired "interaction_required" BAD_REQUEST SignIn
        "The service has a question for you"
        "The service you sign in with wants to ask you something before it lets you in."
        "Sign in again, and answer it there."

    SignupDisabled "signup_disabled" FORBIDDEN SignIn
        "New accounts are not open"
        "This site has no account for you, and does not open new ones here."
        "If you have one, sign in with it; otherwise ask the people who run this site."

    AnotherPerson "another_person" FORBIDDEN SignIn
        "That was a different account"
        "You were asked to confirm that it is you, and a different account came back."
        "Sign in again with the account that you are signed in with here."

    UserDisabled "user_disabled" FORBIDDEN Home
        "Your account is disabled"
        "You were recognized, but your account on this site has been switched off."
        "Ask the people who run this site to switch it on again."

    AccountNotLinked "account_not_linked" BAD_REQUEST SignIn
        "This account is not connected yet"
        "To keep your account safe, sign in the way you did before."
        "Once you are signed in, you can connect this account in your account settings, and use it from then on."

    LinkedToOtherUser "linked_to_other_user" CONFLICT Account
        "That account is taken"
        "The account you chose is already connected to somebody else on this site."
        "Choose a different one; nothing was changed."

    LinkInterrupted "link_interrupted" FORBIDDEN Account
        "The account was not connected"
        "You signed out, or signed in anew, before the account could be connected."
        "Sign in, and connect it once more from your account settings."

    // One provider follows another.
    IdentityContradicted "identity_contradicted" CONFLICT Home
        "We cannot tell which account is yours"
        "What is known of you on this site does not fit together, so nobody was signed in and nothing was changed."
        "Tell the people who run this site, with the reference below."

    NotKnownThere "not_known_there" FORBIDDEN SignIn
        "That account is not known here"
        "You signed in, but the account you used has never been used on this site, so there is nothing to connect."
        "Try again with another account, or go on as somebody new."

    ConnectionIncomplete "connection_incomplete" FORBIDDEN SignIn
        "The two accounts were not connected"
        "You came back from the second service without having signed in there."
        "Nothing was changed. Try again, or go on as somebody new."

    ProviderClosed "provider_closed" FORBIDDEN SignIn
        "Sign in another way"
        "You were recognized, but this way to sign in is closed for your account."
        "Sign in with the service that has taken its place."

    LastWayIn "last_way_in" CONFLICT Account
        "This is your only way in"
        "Without the account you could not sign in any more, so it stays connected."
        "Connect another account first, and then take this one off."

    AccountUnknown "account_unknown" NOT_FOUND Account
        "That account is not connected"
        "You asked to take off an account that is none of yours on this site."
        "Look at your account settings for those that are."

    // The service that signs people in.
    ProviderUnavailable "provider_unavailable" SERVICE_UNAVAILABLE SignIn
        "The sign-in service does not answer"
        "The service you sign in with could not be reached, or did not answer in time."
        "Wait a minute, then sign in again."

    ProviderRetired "provider_retired" BAD_REQUEST SignIn
        "This way to sign in has ended"
        "The service you chose no longer offers this way to sign in."
        "Sign in another way, or ask the people who run this site."

    TokenResponseInvalid "token_response_invalid" BAD_REQUEST SignIn
        "The service's answer made no sense"
        "The service you sign in with sent something that is no proof of a sign-in."
        "Sign in again. If this goes on, tell the people who run this site."

    TokenRejected "token_rejected" BAD_REQUEST SignIn
        "The service refused this sign-in"
        "The service you sign in with did not accept the code it had handed out; it may have expired."
        "Sign in again. If this goes on, tell the people who run this site."

    IdTokenMissing "id_token_missing" BAD_REQUEST SignIn
        "The service did not say who you are"
        "The service you sign in with sent no proof of who you are, though it was asked for one."
        "Sign in again. If this goes on, tell the people who run this site."

    IdTokenInvalid "id_token_invalid" BAD_REQUEST SignIn
        "The proof of your sign-in does not hold"
        "What the service you sign in with sent as proof of who you are was not made for this sign-in."
        "Sign in again. If this goes on, tell the people who run this site."

    IdTokenUntimely "id_token_untimely" BAD_REQUEST SignIn
        "The proof of your sign-in is out of date"
        "What the service you sign in with sent as proof of who you are counts earlier or later than now."
        "Sign in again. If this goes on, tell the people who run this site."

    DiscoveryInvalid "discovery_invalid" SERVICE_UNAVAILABLE SignIn
        "The sign-in service is not the expected one"
        "What the service you sign in with says of itself cannot be right, so nobody is sent there."
        "Sign in another way, or tell the people who run this site."

    ProfileInvalid "profile_invalid" BAD_REQUEST SignIn
        "We could not tell who you are"
        "The service you sign in with did not describe you in a way this site can rely on."
        "Sign in again. If this goes on, tell the people who run this site."

    // This site.
    SessionTooLarge "session_too_large" BAD_REQUEST Home
        "Your sign-in does not fit"
        "There is more to remember of it than a browser cookie can hold."
        "Tell the people who run this site; signing in again will not help."

    SessionStoreUnavailable "session_store_unavailable" SERVICE_UNAVAILABLE SignIn
        "This site cannot tell who you are right now"
        "The place where this site keeps its sessions does not answer."
        "Wait a minute, then try again."

    // Reserved: nothing sends it yet.
    RateLimited "rate_limited" SERVICE_UNAVAILABLE SignIn
        "Too many attempts"
        "There were too many sign-ins within a short time."
        "Wait a minute, then sign in again."

    Configuration "configuration" INTERNAL_SERVER_ERROR Home
        "This site has a problem"
        "Something in its set-up does not work. It is nothing that you did."
        "Try again later. If this goes on, tell the people who run this site."
}

impl Reason {
    /// Whether it is no error: the person did what they may do.
    pub(crate) fn is_calm(self) -> bool {
        self == Self::AccessDenied
    }

    /// Whether it may end a trip from one provider to another, after which both ways are still open.
    pub(crate) fn is_between_two(self) -> bool {
        matches!(
            self,
            Self::NotKnownThere
                | Self::ConnectionIncomplete
                | Self::AdministratorNeeded
                | Self::InteractionRequired
                | Self::ProviderUnavailable
                | Self::DiscoveryInvalid
                | Self::TokenRejected
        )
    }
}

/// What the error page says: what happened, and what to do about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    pub(crate) status: StatusCode,
    pub(crate) heading: Text,
    pub(crate) happened: Text,
    pub(crate) next: Text,
    pub(crate) link: Link,
}

/// Where the error page leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// To the sign-in page, and to the site.
    SignIn,
    /// To the page of one's account, and to the site.
    Account,
    /// To the site alone, since signing in again would not help.
    Home,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_read_as_they_are_written_and_differ() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.code()), Some(*reason));
        }
        let codes: HashSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        for unknown in ["", "State_Missing", "state_missing ", "<script>"] {
            assert_eq!(Reason::parse(unknown), None);
        }
    }

    #[test]
    fn statuses_say_whose_turn_it_is() {
        let with = |status: u16| -> Vec<_> {
            let all = Reason::ALL.iter();
            all.filter(|reason| reason.words().status == status).map(|reason| reason.code()).collect()
        };
        assert_eq!(
            with(403),
            [
                "credentials",
                "access_denied",
                "organization_not_allowed",
                "administrator_needed",
                "signup_disabled",
                "another_person",
                "user_disabled",
                "link_interrupted",
                "not_known_there",
                "connection_incomplete",
                "provider_closed"
            ]
        );
        assert_eq!(with(500), ["configuration"]);
        assert_eq!(
            with(503),
            ["provider_unavailable", "discovery_invalid", "session_store_unavailable", "rate_limited"]
        );
        assert_eq!(with(404), ["provider_unknown", "account_unknown"]);
        assert_eq!(with(409), ["linked_to_other_user", "identity_contradicted", "last_way_in"]);
        assert_eq!(with(400).len(), Reason::ALL.len() - 21);
    }

    #[test]
    fn every_reason_says_what_happened_and_what_to_do_in_sentences() {
        for reason in Reason::ALL {
            let Words { heading, happened, next, .. } = reason.words();
            let heading = heading.english;
            assert!(!heading.ends_with('.') && heading.len() <= 45, "{heading}");
            for sentence in [happened.english, next.english] {
                assert!(sentence.starts_with(char::is_uppercase) && sentence.ends_with('.'), "{sentence}");
            }
        }
    }
}
