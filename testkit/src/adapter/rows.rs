//! The rows of the table, and the macro that makes a test of each.

mod addresses;
mod bodies;
mod connections;
mod cookies;
mod endpoints;
mod guards;
mod sites;
mod trip;

use std::time::Duration;

use super::Serve;
use super::stage::Stage;
use super::transcript::Transcript;

/// The list of all rows. One that is missing here is dead code, which the compiler tells.
macro_rules! table {
    ($dollar:tt $($group:ident { $($row:ident)* })*) => {
        /// Makes a test of every row of the table, grouped into modules, for an adapter's function of the type
        /// [`Serve`](crate::adapter::Serve).
        #[macro_export]
        macro_rules! adapter_contract {
            ($dollar serve:expr) => {
                const ADAPTER: $crate::adapter::Serve = $dollar serve;
                $(
                    #[cfg(test)]
                    mod $group {
                        $(
                            #[test]
                            fn $row() {
                                $crate::adapter::rows::all::$group::$row(super::ADAPTER);
                            }
                        )*
                    }
                )*
            };
        }

        #[doc(hidden)]
        pub mod all {
            $(pub mod $group {
                $(pub fn $row(serve: $crate::adapter::Serve) {
                    crate::adapter::rows::play(stringify!($row), serve, crate::adapter::rows::$group::$row);
                })*
            })*
        }
    };
}

table! { $
    endpoints {
        every_path_answers_every_method_as_the_engine_does
        what_a_browser_says_of_itself_reaches_the_engine
        the_applications_own_paths_stay_its_own
    }
    trip {
        a_person_signs_in_is_known_and_signs_out
        the_official_client_is_answered_in_json
        whoever_says_no_at_the_provider_is_told_so
        an_answer_that_the_browser_posts_and_a_sign_out_at_the_provider_make_the_trip
        a_person_ends_a_session_elsewhere_on_the_page_of_their_account
    }
    guards {
        a_stranger_with_a_browser_goes_to_sign_in_and_a_program_gets_401
        whoever_is_signed_in_is_let_through_by_every_method
        an_optional_session_is_none_for_a_stranger_and_some_for_norma
        a_session_as_json_is_what_the_endpoint_answers
        every_role_that_is_asked_for_is_needed
        a_page_of_a_guard_speaks_the_browsers_language
        the_token_is_fresh_before_the_handler_is_called
        when_the_grant_is_dead_signing_in_again_mends_it
        when_a_restart_lost_the_tokens_signing_in_again_mends_it
        while_the_provider_is_down_the_handler_is_called_and_sees_it
        a_provider_that_is_not_configured_is_the_sites_mistake
        a_store_that_fails_is_an_error_and_never_nobody
        one_request_opens_its_session_once_however_often_it_is_asked
        no_header_opens_a_guarded_route
    }
    cookies {
        a_session_in_use_is_written_anew_beside_the_handlers_own_cookies
        a_route_that_does_not_ask_gets_no_cookie_and_no_header
        no_shared_cache_may_keep_a_session_whatever_the_handler_says
        refreshed_tokens_reach_the_browser_also_when_the_handler_fails
        refreshed_tokens_reach_the_browser_also_when_a_guard_refuses
        a_large_session_goes_in_chunks_and_a_smaller_one_leaves_none_behind
        the_largest_session_makes_the_trip
        a_session_may_come_in_several_cookie_lines_and_in_any_order
        of_several_cookies_with_one_name_the_one_that_opens_counts
        bytes_that_are_no_text_beside_a_session_do_no_harm
    }
    bodies {
        a_body_up_to_the_limit_is_looked_at_and_one_byte_more_is_too_large
        the_answer_to_a_body_too_large_comes_before_the_rest_of_it
        a_body_in_chunks_is_a_body
        a_post_without_a_length_has_no_body
        a_body_that_breaks_off_is_not_taken_for_a_whole_one
        whoever_waits_for_100_continue_is_told_to_go_on
        the_applications_own_bodies_may_be_larger_than_admits
    }
    connections {
        one_connection_carries_many_requests
        requests_that_are_sent_at_once_are_answered_in_their_order
        what_follows_a_body_nobody_read_is_never_taken_for_a_request
        a_client_of_http_1_0_is_answered_and_the_connection_ends
        a_server_that_clients_hang_up_on_is_well
        an_odd_request_is_answered_somehow_and_the_next_one_is_served
        a_browser_that_hangs_up_during_its_callback_loses_no_code
    }
    addresses {
        where_the_site_is_nobody_outside_can_say
        of_an_address_in_absolute_form_only_the_path_counts
        a_path_comes_back_as_it_was_asked_for
        letters_that_nobody_encoded_come_back_encoded
        a_path_with_two_slashes_leads_home_and_not_away
    }
    sites {
        below_a_prefix_people_sign_in_and_come_back_to_the_whole_path
        every_mount_answers_what_lies_below_it_and_nothing_else
        several_sites_in_one_application_keep_to_themselves
        fifty_requests_at_once_refresh_once_and_each_gets_the_new_token
    }
}

/// What a row is handed.
struct Row {
    serve: Serve,
    /// Compared with the row's snapshot at the end, if anything was told.
    told: Transcript,
}

impl Row {
    /// Sessions and tokens in cookies.
    fn stage(&self) -> Stage {
        Stage::new(self.serve)
    }

    /// Sessions in a store that can be made to fail.
    fn stored(&self) -> Stage {
        Stage::stored(self.serve)
    }

    /// With a provider that posts, and signs people out.
    fn with_company(&self) -> Stage {
        Stage::with_company(Some(self.serve))
    }

    /// Sessions in cookies, tokens in a store.
    fn with_stored_tokens(&self) -> Stage {
        Stage::with_stored_tokens(self.serve)
    }
}

fn play(name: &str, serve: Serve, row: impl AsyncFnOnce(&mut Row)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut hands = Row { serve, told: Transcript::default() };
    // The limit is there so that an answer that never comes fails the test.
    let ended = runtime.block_on(async { tokio::time::timeout(PATIENCE, row(&mut hands)).await });
    assert!(ended.is_ok(), "an answer did not come");
    hands.told.assert(name);
}

const PATIENCE: Duration = Duration::from_secs(60);
