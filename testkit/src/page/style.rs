//! The one stylesheet, and the policy that admits it by its hash and nothing else.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The `Content-Security-Policy` of every page. Pictures of people come as `data:`.
pub(super) static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; frame-ancestors 'none'")
});

// Sizes are in rem and columns fold, so the pages reflow at 320 CSS pixels, which is 1280 at 400 % zoom.
// Nothing moves, so there is nothing to reduce. What only colour would tell is told in words too.
pub(super) const STYLE: &str = "\
:root{color-scheme:light dark;\
--paper:#f4f3ef;--card:#fff;--sunk:#f4f3ef;--ink:#1b2226;--soft:#545e64;--line:#dcded9;--edge:#7d878c;\
--good:#1c6a3b;--bad:#9c2a1f;--bad-tint:#fcedea}\
.plum{--accent:#7a3864;--on-accent:#fff;--tint:#f6eaf2}\
.moss{--accent:#3b6526;--on-accent:#fff;--tint:#ecf3e6}\
.indigo{--accent:#454a9b;--on-accent:#fff;--tint:#ebecfa}\
@media (prefers-color-scheme:dark){\
:root{--paper:#111619;--card:#1a2024;--sunk:#12171a;--ink:#e9edec;--soft:#a6b1b5;--line:#313a40;--edge:#76838a;\
--good:#85d3a0;--bad:#ffb0a5;--bad-tint:#3a1e1b}\
.plum{--accent:#e5aad2;--on-accent:#331128;--tint:#30202b}\
.moss{--accent:#acd593;--on-accent:#16280c;--tint:#202b1a}\
.indigo{--accent:#b7bbf6;--on-accent:#181b47;--tint:#222542}}\
*,::before,::after{box-sizing:border-box}\
body{margin:0;min-height:100vh;min-height:100svh;display:flex;flex-direction:column;\
background:var(--paper);color:var(--ink);\
font:1rem/1.5 system-ui,'Segoe UI',Roboto,'Helvetica Neue',sans-serif;overflow-wrap:anywhere}\
.top{border-block-start:.3rem solid var(--accent);border-block-end:1px solid var(--line);background:var(--tint)}\
.bar,.top nav{width:100%;max-width:66rem;margin-inline:auto;padding-inline:1.25rem}\
.bar{display:flex;flex-wrap:wrap;align-items:baseline;gap:.1rem .875rem;padding-block:.625rem}\
.bar p{margin:0}\
.server{font-weight:650}\
.pretend{display:inline-block;padding:0 .5em;border-radius:99px;background:var(--accent);color:var(--on-accent);\
font-size:.8125rem;line-height:1.5rem;margin-inline-end:.25em}\
.notice{color:var(--soft);font-size:.875rem}\
h1{margin:0 0 .5rem;font-size:1.5rem;line-height:1.25;font-weight:650;letter-spacing:-.01em;text-wrap:balance}\
h2{margin:0 0 .75rem;font-size:1.125rem;line-height:1.35;font-weight:650}\
h3{margin:0 0 .5rem;font-size:1rem;line-height:1.4;font-weight:650}\
p{margin:.75rem 0 0}\
h1+p,h2+p{margin-top:0}\
ul,ol{margin:0;padding:0;list-style:none}\
a{color:var(--accent);text-underline-offset:.2em}\
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.875em}\
code{color:var(--soft)}\
button,.button{display:inline-block;min-height:44px;padding:.6rem 1.25rem;border:1px solid var(--edge);border-radius:.625rem;\
background:none;color:inherit;font:inherit;font-weight:600;line-height:1.35;cursor:pointer}\
button:hover{border-color:var(--accent);background:var(--tint)}\
.accept,.accept:hover{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}\
.accept:hover{text-decoration:underline;text-underline-offset:.2em}\
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}\
main:focus{outline:0}\
.card{width:100%;max-width:28rem;margin:auto;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:1rem}\
.step main{margin-block:clamp(1.5rem,8vh,5rem) 0}\
.end{margin:.5rem auto auto;padding:.5rem 1.25rem 2rem;text-align:center;font-size:.875rem}\
.end a{display:inline-flex;align-items:center;min-height:44px;color:var(--soft)}\
@media (max-width:30rem){.step main{margin:0;border-width:0 0 1px;border-radius:0;padding:1.75rem 1.25rem}}\
.face{grid-row:span 2;width:44px;height:44px;border-radius:50%;display:grid;place-items:center;\
background:var(--accent);color:var(--on-accent);font-weight:600;font-size:1.125rem}\
.name{font-weight:600;align-self:end;line-height:1.35}\
.about{color:var(--soft);font-size:.875rem;font-weight:400;align-self:start}\
.person{display:grid;grid-template-columns:44px minmax(0,1fr);column-gap:.875rem;align-items:center;text-align:start}\
.people{margin-top:1.5rem;border:1px solid var(--line);border-radius:.75rem;overflow:hidden}\
.people li+li{border-block-start:1px solid var(--line)}\
.people button{width:100%;padding:.75rem 2.5rem .75rem .875rem;border:0;border-radius:0;position:relative}\
.people button::after{content:'';position:absolute;inset-inline-end:1rem;inset-block-start:calc(50% - .3rem);\
width:.55rem;height:.55rem;border:solid var(--soft);border-width:2px 2px 0 0;transform:rotate(45deg)}\
.people button:dir(rtl)::after{transform:rotate(-135deg)}\
.people button:hover::after,.people button:focus-visible::after{border-color:var(--accent)}\
.people button:focus-visible{outline-offset:-3px;border-radius:.75rem}\
.chosen{margin:1.25rem 0;padding:.75rem .875rem;border-radius:.75rem;background:var(--sunk)}\
.scopes{margin:.75rem 0 0;border-block:1px solid var(--line)}\
.scopes li{padding:.625rem 0}\
.scopes li+li{border-block-start:1px solid var(--line)}\
.scopes code{display:block;font-size:.8125rem}\
.decision{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.75rem}\
.decision button{flex:1 1 8rem}\
details{margin-top:1rem}\
summary{display:flex;align-items:center;gap:.5rem;min-height:44px;cursor:pointer;border-radius:.5rem;color:var(--accent)}\
summary::before{content:'';flex:none;width:.45rem;height:.45rem;margin-inline:.15rem .1rem;\
border:solid currentColor;border-width:0 2px 2px 0;transform:rotate(-45deg)}\
summary:dir(rtl)::before{transform:rotate(135deg)}\
details[open]>summary::before{transform:rotate(45deg)}\
summary::-webkit-details-marker{display:none}\
.another form{display:grid;gap:.5rem;padding-block:.25rem}\
.another button{margin-top:.5rem}\
label,legend{font-weight:600}\
.hint{margin:0;color:var(--soft);font-size:.875rem}\
input:not([type=hidden],[type=radio]){width:100%;min-height:44px;padding:.5rem .75rem;border:1px solid var(--edge);\
border-radius:.625rem;background:var(--card);color:inherit;font:inherit}\
.why{margin-block:1rem;padding:.75rem 1rem;border-inline-start:.25rem solid var(--bad);border-radius:.375rem;\
background:var(--bad-tint);color:var(--bad)}\
.next{margin-top:1rem}\
.next a{display:inline-flex;align-items:center;min-height:44px}\
.where{color:var(--soft)}\
.step main>.hint{margin-top:.75rem}\
.skip{position:absolute;inset-inline-start:1rem;inset-block-start:-100vh;padding:.625rem 1rem;background:var(--card);border-radius:.5rem}\
.skip:focus{inset-block-start:1rem}\
.top nav{display:flex;flex-wrap:wrap;gap:0 1.5rem}\
.top nav a{display:inline-flex;align-items:center;min-height:44px;color:var(--soft);text-decoration:none;\
border-block:3px solid transparent}\
.top nav a:hover{color:var(--ink);text-decoration:underline}\
.top nav [aria-current]{color:var(--ink);font-weight:650;border-block-end-color:var(--accent)}\
.desk{width:100%;max-width:66rem;margin-inline:auto;padding:2rem 1.25rem 4rem;display:grid;\
grid-template-columns:minmax(0,1fr);gap:1.5rem}\
.desk>h1,.desk>h1+p{margin-bottom:0}\
.lead{margin:-1rem 0 0;max-width:44rem;color:var(--soft)}\
.desk>.why{margin:0}\
.why a{color:inherit}\
.columns{display:grid;grid-template-columns:minmax(0,1fr);gap:1.5rem;align-items:start}\
@media (min-width:56rem){.columns{grid-template-columns:minmax(0,17fr) minmax(0,10fr)}}\
.block{min-width:0;padding:1.5rem;background:var(--card);border:1px solid var(--line);border-radius:1rem}\
pre{margin:0 0 1rem;padding:.75rem 1rem;border:1px solid var(--line);border-radius:.625rem;background:var(--sunk);\
white-space:pre-wrap;line-height:1.6;-webkit-user-select:all;user-select:all}\
pre code,.why code{color:inherit;font-size:.8125rem}\
.columns pre{white-space:pre;overflow-x:auto}\
.pairs{margin:1rem 0 0}\
.pairs>div{display:grid;grid-template-columns:minmax(0,14rem) minmax(0,1fr);gap:.125rem 1.25rem;padding:.5rem 0;\
border-block-start:1px solid var(--line);font-size:.9375rem}\
.columns .pairs>div{grid-template-columns:minmax(0,1fr)}\
dt{color:var(--soft)}\
dt code{color:var(--ink);font-weight:600}\
dt .hint{display:block}\
dd{margin:0}\
.cast>li{padding:.875rem 0}\
.cast>li+li{border-block-start:1px solid var(--line)}\
.cast .face{align-self:start}\
.login,.traits{grid-column:2;font-size:.9375rem}\
.login{margin:.375rem 0 0}\
.empty p{margin:0}\
.timeline{padding-block:.5rem}\
.timeline>li{display:grid;grid-template-columns:7.5rem minmax(0,1fr);gap:.125rem 1rem;padding:.875rem 0}\
.timeline>li+li{border-block-start:1px solid var(--line)}\
.told p{margin:0}\
.when{color:var(--soft);font-size:.875rem;line-height:1.7;font-variant-numeric:tabular-nums}\
.what{font-weight:600}\
.status{display:inline-block;min-width:2.5rem;font-weight:600;font-variant-numeric:tabular-nums;color:var(--good)}\
.bad .status{color:var(--bad)}\
.fault{color:var(--bad)}\
.told details{margin:0}\
.told summary{gap:.35rem}\
.told .line{padding-block:.5rem}\
.told .pairs{margin:0 0 .5rem}\
.mistakes li{padding:.375rem 0}\
.block h2 time{white-space:nowrap}\
.block>details{margin:0;border-block-start:1px solid var(--line)}\
.block>details>summary{font-weight:600;min-height:3.25rem}\
details h3{margin:1rem 0 0}\
fieldset{min-width:0;margin:0 0 1.25rem;padding:0;border:0}\
legend{padding:0;margin-bottom:.25rem}\
.choice{display:flex;align-items:flex-start;gap:.75rem;min-height:44px;padding:.625rem .5rem;border-radius:.5rem;font-weight:400;cursor:pointer}\
.choice:hover{background:var(--tint)}\
.choice input{flex:none;width:1.5rem;height:1.5rem;margin:0;accent-color:var(--accent)}\
.stages{columns:2 24rem;column-gap:2rem}\
.stages fieldset{break-inside:avoid}\
.last{margin-block-start:1rem;padding-block-start:1.25rem;border-block-start:1px solid var(--line)}\
.last fieldset{margin:0}\
.block .decision{margin-top:1rem}\
.block .decision button{flex:0 1 auto}\
.active li{padding:.5rem 0}\
.active li+li{border-block-start:1px solid var(--line)}\
.active .hint{display:block}\
@media (max-width:40rem){\
.timeline>li,.pairs>div{grid-template-columns:minmax(0,1fr)}\
.block{padding:1.25rem 1rem}\
.desk{padding-inline:1rem}\
.bar,.top nav{padding-inline:1rem}\
.top nav{column-gap:.75rem}}\
@media (max-width:24rem){.people button{padding-inline:.75rem 2rem;column-gap:.625rem}.top nav a{font-size:.875rem}.about{font-size:.8125rem}}\
@media (forced-colors:active){\
.pretend,.face,.accept{border:1px solid}\
.people button::after,summary::before{forced-color-adjust:auto}}\
";
