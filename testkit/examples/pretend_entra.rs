//! Runs the pretend Microsoft Entra ID on http://127.0.0.1:4182 for an app on this machine, until it is interrupted.
//!
//! ```sh
//! cargo run -p admit-testkit --example pretend_entra
//! ```

use admit_testkit::PretendEntra;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let callback = "http://localhost:3000/api/auth/callback/microsoft-entra-id";
    let (_entra, served) =
        PretendEntra::builder("app-id", "secret", callback).app_name("Harbor").serve_on(4182).await?;
    #[allow(clippy::print_stdout, reason = "this is what a person reads")]
    {
        println!("pretend Microsoft Entra ID: {} (client id `app-id`, client secret `secret`)", served.base_url());
    }
    std::future::pending().await
}
