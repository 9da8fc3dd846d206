//! The rows of the table, and the macro that makes a test of each.

mod endpoints;
mod guards;
mod trip;

use std::time::Duration;

use super::Serve;
use super::stage::Stage;
use super::transcript::Transcript;

/// The list of all rows. One that is missing here is dead code, which the compiler tells.
macro_rules! table {
    ($dollar:tt $($group:ident { $($row:ident)* })*) => {
        /// Makes a test of every row of the table, grouped into modules, for an adapter's function of the type
        /// [`Serve`](adapter::Serve).
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
        the_applications_own_paths_stay_its_own
    }
    trip {
        a_person_signs_in_is_known_and_signs_out
    }
    guards {
        a_stranger_with_a_browser_goes_to_sign_in_and_a_program_gets_401
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
