//! By the clock: `cargo bench -p bench --bench session_cookie`.

use criterion::{Criterion, criterion_group, criterion_main};

fn session_cookie(criterion: &mut Criterion) {
    for operation in bench::session_cookie::operations() {
        criterion.bench_function(operation.name, |bencher| bencher.iter(|| operation.run()));
    }
}

criterion_group!(benches, session_cookie);
criterion_main!(benches);
