//! Sign-in as the tests find it: pretend providers on this machine, GitHub, which nobody ever reaches, and members with a
//! password.

use std::error::Error;
use std::path::PathBuf;

use admit::{Auth, Catalogue, MemoryStore};

use crate::claims::Claims;
use crate::options::{Options, Sessions};
use crate::pretend::Pretend;

/// The site, but for the web framework.
pub(crate) struct Site {
    pub(crate) auth: Auth,
    pub(crate) pretend: Pretend,
    pub(crate) bundles: PathBuf,
}

impl Site {
    /// Opens the site for people who reach it at `base_url`.
    pub(crate) async fn open(options: &Options, base_url: &str) -> Result<Self, Box<dyn Error>> {
        let pretend = Pretend::open(base_url, options.ways).await?;
        let arabic = Catalogue::new("ar", include_str!("arabic.txt"));
        let builder = Auth::builder(base_url).callbacks(Claims).catalogue(arabic);
        let builder = pretend.offered_by(builder, options.ways);
        let builder = match options.sessions {
            Sessions::Cookie => builder.danger_single_process_refresh(),
            Sessions::Store => {
                let store = MemoryStore::new();
                builder.store(store.clone()).evidence_store(store.clone()).audit_store(store)
            }
        };
        Ok(Self { auth: builder.build()?, pretend, bundles: options.bundles.clone() })
    }
}
