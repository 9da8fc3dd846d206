//! Runs a pretend OpenID provider on http://127.0.0.1:4181 for an app on this machine, until it is interrupted.
//!
//! ```sh
//! cargo run -p admit-testkit --example pretend_oidc
//! ```

use admit_testkit::PretendOidc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let (_provider, served) =
        PretendOidc::builder("app-id", "secret", "http://localhost:3000/api/auth/callback/company")
            .serve_on(4181)
            .await?;
    #[allow(clippy::print_stdout, reason = "this is what a person reads")]
    {
        println!("pretend OpenID provider: {} (client id `app-id`, client secret `secret`)", served.base_url());
    }
    std::future::pending().await
}
