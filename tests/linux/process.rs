use rvjet::abi::Linux;
use rvjet::machine::Access;

use crate::guest::{Guest, NOWHERE, READ_ONLY, SCRATCH, SCRATCH_END, WINDOW, errno::*, nr};

fn guest() -> Guest {
    Guest::new(Linux::new().args(["prog"]))
}

#[test]
fn the_process_has_its_identity() {
    let mut guest = guest();
    for (number, is) in [(172, 1000), (178, 1000), (96, 1000), (173, 1), (174, 1000)] {
        assert_eq!(guest.call(number, [0]), is);
    }
    assert_eq!(guest.call(160, [SCRATCH]), 0);
    let field = |guest: &mut Guest, index: u64| guest.string(SCRATCH + 65 * index);
    assert_eq!(field(&mut guest, 0), "Linux");
    assert_eq!(field(&mut guest, 4), "riscv64");
    assert_eq!(guest.call(17, [SCRATCH, 2]), 2);
    assert_eq!(guest.string(SCRATCH), "/");
    assert_eq!(guest.call(17, [NOWHERE, 1]), ERANGE);
}

#[test]
fn limits_are_kept() {
    let mut guest = guest();
    const STACK: u64 = 3;
    assert_eq!(guest.call(261, [0, STACK, 0, SCRATCH]), 0);
    assert_eq!(guest.word(SCRATCH), WINDOW / 8);
    assert_eq!(guest.word(SCRATCH + 8), u64::MAX);
    guest.put_words(SCRATCH, &[5, 7]);
    assert_eq!(guest.call(261, [1000, STACK, SCRATCH, SCRATCH + 16]), 0);
    assert_eq!(guest.word(SCRATCH + 16), WINDOW / 8);
    assert_eq!(guest.call(163, [STACK, SCRATCH + 16]), 0);
    assert_eq!(guest.get(SCRATCH + 16, 16), guest.get(SCRATCH, 16));
    guest.put_words(SCRATCH, &[8, 8]);
    assert_eq!(guest.call(164, [STACK, SCRATCH]), EPERM);
    guest.put_words(SCRATCH, &[8, 7]);
    assert_eq!(guest.call(164, [STACK, SCRATCH]), EINVAL);
    assert_eq!(guest.call(163, [16, SCRATCH]), EINVAL);
    assert_eq!(guest.call(261, [1, STACK, 0, SCRATCH]), ESRCH);
}

#[test]
fn there_is_one_hart() {
    let mut guest = guest();
    assert_eq!(guest.call(123, [0, 128, SCRATCH]), 8);
    assert_eq!(guest.word(SCRATCH), 1);
    assert_eq!(guest.call(123, [0, 4, SCRATCH]), EINVAL);
    assert_eq!(guest.call(123, [0, 0, SCRATCH]), EINVAL);
    assert_eq!(guest.call(123, [77, 8, SCRATCH]), ESRCH);
    assert_eq!(guest.call(168, [SCRATCH, 0, 0]), 0);
    assert_eq!(guest.call(124, [0]), 0);
    assert_eq!(guest.call(283, [0, 0]), 0);
    assert_eq!(guest.call(283, [8, 0]), EINVAL);
    assert_eq!(guest.call(99, [SCRATCH, 24]), 0);
    assert_eq!(guest.call(99, [SCRATCH, 23]), EINVAL);
}

#[test]
fn random_bytes_depend_on_the_seed_alone() {
    let bytes = |linux: Linux| {
        let mut guest = Guest::new(linux);
        assert_eq!(guest.call(nr::GETRANDOM, [SCRATCH, 40, 0]), 40);
        guest.get(SCRATCH, 40)
    };
    let seeded = |seed| bytes(Linux::new().seed(seed));
    assert_eq!(seeded(7), seeded(7));
    assert_ne!(seeded(7), seeded(8));
    assert_eq!(seeded(0), bytes(Linux::new()));
    let host = || bytes(Linux::new().host_random());
    assert_ne!(host(), host());
}

#[test]
fn random_bytes_fill_what_there_is() {
    let mut guest = guest();
    assert_eq!(guest.call(nr::GETRANDOM, [SCRATCH_END - 3, 100, 0]), 3);
    assert_eq!(guest.call(nr::GETRANDOM, [NOWHERE, 0, 0]), 0);
    assert_eq!(guest.call(nr::GETRANDOM, [SCRATCH, u64::MAX, 1]), 0x10000);
    assert_eq!(guest.call(nr::GETRANDOM, [SCRATCH, 1, 8]), EINVAL);
    assert_eq!(guest.call(nr::GETRANDOM, [SCRATCH, 1, 6]), EINVAL);
}

#[test]
fn flushing_the_instruction_cache_shows_new_code() {
    let mut guest = guest();
    let memory = &mut guest.hart.memory;
    memory.map(NOWHERE..NOWHERE + 0x1000, Access::ALL).unwrap();
    memory.fetch(NOWHERE).unwrap();
    guest.put(NOWHERE, &[0x13, 0, 0, 0]);
    assert_eq!(guest.hart.memory.fetch(NOWHERE), Ok(0));
    assert_eq!(guest.call(259, [0, 0, 2]), EINVAL);
    assert_eq!(guest.call(259, [0, 0, 0]), 0);
    assert_eq!(guest.hart.memory.fetch(NOWHERE), Ok(0x13));
}

/// Each call with one of its pointers bad and everything else good.
#[test]
fn every_pointer_is_checked() {
    let good = SCRATCH;
    let mut guest = guest();
    guest.put_words(SCRATCH, &[0, 0, 4096, 0]);
    // A path, and time enough to be a stack's size.
    let cwd = -100i64 as u64;
    for bad in [NOWHERE, READ_ONLY, WINDOW, u64::MAX, u64::MAX - 15, 1 << 63] {
        let calls: &[(u64, [u64; 6])] = &[
            (17, [bad, 10, 0, 0, 0, 0]),
            (80, [1, bad, 0, 0, 0, 0]),
            (113, [0, bad, 0, 0, 0, 0]),
            (114, [0, bad, 0, 0, 0, 0]),
            (123, [0, 8, bad, 0, 0, 0]),
            (132, [0, bad, 0, 0, 0, 0]),
            (134, [1, 0, bad, 8, 0, 0]),
            (135, [0, 0, bad, 8, 0, 0]),
            (153, [bad, 0, 0, 0, 0, 0]),
            (160, [bad, 0, 0, 0, 0, 0]),
            (163, [3, bad, 0, 0, 0, 0]),
            (165, [0, bad, 0, 0, 0, 0]),
            (168, [bad, 0, 0, 0, 0, 0]),
            (168, [0, bad, 0, 0, 0, 0]),
            (169, [bad, 0, 0, 0, 0, 0]),
            (169, [good, bad, 0, 0, 0, 0]),
            (179, [bad, 0, 0, 0, 0, 0]),
            (261, [0, 3, 0, bad, 0, 0]),
            (278, [bad, 1, 0, 0, 0, 0]),
            (63, [0, bad, 1, 0, 0, 0]),
            (73, [bad, 1, 0, 0, 0, 0]),
        ];
        for &(number, args) in calls {
            assert_eq!(guest.call(number, args), EFAULT, "{number} {args:x?}");
        }
    }
    for bad in [NOWHERE, WINDOW, u64::MAX, u64::MAX - 7, 1 << 63] {
        let calls: &[(u64, [u64; 6])] = &[
            (48, [cwd, bad, 0, 0, 0, 0]),
            (56, [cwd, bad, 0, 0, 0, 0]),
            (64, [1, bad, 1, 0, 0, 0]),
            (65, [0, bad, 1, 0, 0, 0]),
            (66, [1, bad, 1, 0, 0, 0]),
            (73, [good, 1, bad, 0, 0, 0]),
            (73, [good, 1, 0, bad, 8, 0]),
            (78, [cwd, bad, good, 10, 0, 0]),
            (79, [cwd, bad, good, 0, 0, 0]),
            (98, [bad & !3, 0, 0, 0, 0, 0]),
            (98, [bad & !3, 1, 0, 0, 0, 0]),
            (98, [good, 0, 0, bad, 0, 0]),
            (101, [bad, 0, 0, 0, 0, 0]),
            (115, [1, 0, bad, 0, 0, 0]),
            (132, [bad, 0, 0, 0, 0, 0]),
            (134, [1, bad, 0, 8, 0, 0]),
            (135, [0, bad, 0, 8, 0, 0]),
            (164, [3, bad, 0, 0, 0, 0]),
            (261, [0, 3, bad, 0, 0, 0]),
        ];
        for &(number, args) in calls {
            assert_eq!(guest.call(number, args), EFAULT, "{number} {args:x?}");
        }
    }
    let exe = guest.path("/proc/self/exe");
    assert_eq!(guest.call(78, [cwd, exe, NOWHERE, 10]), EFAULT);
}

/// No number that a guest may pass stops the host.
#[test]
fn no_argument_stops_the_host() {
    let (mut guest, _) = Guest::captured();
    let odd = [
        0,
        1,
        SCRATCH,
        READ_ONLY,
        WINDOW - 1,
        1 << 31,
        1 << 63,
        u64::MAX,
    ];
    let mut state = 1u64;
    let mut pick = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        odd[(state >> 60) as usize % odd.len()]
    };
    for number in (0..470).filter(|number| !matches!(number, 63 | 65)) {
        for _ in 0..200 {
            let args = [pick(), pick(), pick(), pick(), pick(), pick()];
            let _ = guest.try_call(number, args);
        }
    }
}
