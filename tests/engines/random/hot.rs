//! Programs at random that go around for long: what is hot, what happens late
//! or seldom in it, and what was true of it before.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use rvjet::isa::{
    AluOp, AmoOp, BitOp, BitUnaryOp, Cond, CsrOp, CsrSource, Inst, LoadOp, MulDivOp, Reg, Width,
};
use rvjet::machine::{Access, PAGE_SIZE};

use super::floats::{float, number};
use super::insts::value;
use crate::asm::{Asm, Label, addi, alu, alu_imm, amo, fence_i, jalr, ld, load, lr, muldiv};
use crate::asm::{nop, sc, sd, store, word_of, x};
use crate::lab::call;
use crate::scenario::{CODE, DATA, Scenario};

/// Instructions after which a program is stopped.
const MOST: u64 = 30_000;
/// Rounds of all loops among which is the one in which something rare happens.
const ROUNDS: u64 = 900;
const STACK: u64 = DATA + 0x4_0000;
/// Bytes of data that may be written, and behind it as many that may only be read.
const BYTES: u64 = 0x4000;

/// Scratch registers, which nothing else relies on.
const T0: Reg = x(5);
const T1: Reg = x(6);
/// Changes in every round, as if by chance.
const CHANCE: Reg = x(7);
/// Counts the rounds of all loops.
const ROUND: Reg = x(16);
/// Holds the address of a leaf.
const POINTER: Reg = x(23);
/// Counts down.
const DEPTH: Reg = x(26);
/// Counters of the loops of a function and of the program, from the outside in.
const INNER: [Reg; 2] = [x(18), x(19)];
const OUTER: [Reg; 3] = [x(20), x(21), x(22)];
/// Bases: two that are mostly aligned, and one that is not.
const ALIGNED: [u32; 2] = [8, 9];
const BASES: [u32; 3] = [8, 9, 28];
/// What is computed with.
const VALUES: [u32; 11] = [0, 7, 10, 11, 12, 13, 14, 15, 29, 30, 31];

/// When something happens.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// In one round.
    At(u64),
    /// In one of so many rounds, a power of two.
    Each(u32),
    /// By chance, so many bits of which are zero.
    Bits(u32),
    /// If these compare so.
    If(Cond, Reg, Reg),
}

/// A part of a program.
#[derive(Clone, Debug)]
pub enum Node {
    Inst(Inst),
    Constant(Reg, u64),
    /// Bases are where they were in the beginning.
    Rebase,
    /// The first part when it is time, else the second; `aside`, the first lies
    /// elsewhere and has to be jumped to.
    When {
        when: When,
        aside: bool,
        then: Vec<Node>,
        other: Vec<Node>,
    },
    Loop {
        times: u64,
        body: Vec<Node>,
    },
    /// Jumps to one of these, by a table.
    Table {
        seldom: bool,
        arms: Vec<Vec<Node>>,
    },
    Call {
        function: Index,
        through: Option<Way>,
    },
    Leaf {
        leaf: Index,
        link: Link,
    },
    CallPointer,
    Retarget {
        when: When,
        leaf: Index,
    },
    /// Calls what calls itself so often.
    Recurse(u64),
    /// Leaves all functions and loops but the outermost.
    Escape(When),
    /// This instruction is `before`, and then, when it is time, `after`.
    Patch {
        when: When,
        before: Inst,
        after: Inst,
        synchronize: bool,
    },
    Ecall,
    Counter(Reg),
}

/// How an address gets into a register.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// So far off, as the jump makes good.
    offset: i32,
    /// With a last bit, which the jump drops.
    odd: bool,
    /// The register that it is in becomes the link.
    same: bool,
}

/// The register in which a leaf expects where it was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Ra,
    T0,
    T1,
}

/// A program: the parts of its outermost loop, functions that may call those
/// behind them, and leaves that call nobody.
#[derive(Clone, Debug)]
pub struct Program {
    main: Vec<Node>,
    functions: Vec<Vec<Node>>,
    leaves: Vec<Vec<Inst>>,
    /// What calls itself does so before and after it calls itself.
    recursion: [Vec<Inst>; 2],
    /// Now and then the first leaf returns behind the instruction after its call.
    skips: bool,
    values: Vec<u64>,
    access: Access,
    before_page_end: u64,
}

fn when() -> impl Strategy<Value = When> + Clone {
    let cond = (select(&Cond::ALL[..]), rs(), rs());
    prop_oneof![
        4 => (0..ROUNDS).prop_map(When::At),
        2 => (0..7u32).prop_map(When::Each),
        3 => (1..6u32).prop_map(When::Bits),
        2 => cond.prop_map(|(cond, rs1, rs2)| When::If(cond, rs1, rs2)),
    ]
}

fn rd() -> impl Strategy<Value = Reg> + Clone {
    select(&VALUES[..]).prop_map(x)
}

fn rs() -> impl Strategy<Value = Reg> + Clone {
    prop_oneof![8 => rd(), 1 => (0..32u32).prop_map(x)]
}

fn base() -> impl Strategy<Value = Reg> + Clone {
    select(&BASES[..]).prop_map(x)
}

fn offset() -> impl Strategy<Value = i32> + Clone {
    prop_oneof![6 => (0..8i32).prop_map(|n| 8 * n), 3 => (-32..32i32).prop_map(|n| 8 * n), 1 => -64..64i32]
}

fn computing() -> impl Strategy<Value = Inst> + Clone {
    let alus = (select(&AluOp::ALL[..]), rd(), rs(), rs());
    let imms = (rd(), rs(), -2048..2048i32);
    let muldivs = (select(&MulDivOp::ALL[..]), rd(), rs(), rs());
    let shifts = (
        select(&[AluOp::Sll, AluOp::Srl, AluOp::Sra][..]),
        rd(),
        rs(),
        0..64i32,
    );
    let bits = (select(&BitOp::ALL[..]), rd(), rs(), rs());
    let counts = (select(&BitUnaryOp::ALL[..]), rd(), rs());
    prop_oneof![
        3 => bits.prop_map(|(op, rd, rs1, rs2)| Inst::Bit { op, rd, rs1, rs2 }),
        1 => counts.prop_map(|(op, rd, rs1)| Inst::BitUnary { op, rd, rs1 }),
        4 => alus.prop_map(|(op, rd, rs1, rs2)| alu(op, rd, rs1, rs2)),
        4 => imms.prop_map(|(rd, rs1, imm)| addi(rd, rs1, imm)),
        1 => muldivs.prop_map(|(op, rd, rs1, rs2)| muldiv(op, rd, rs1, rs2)),
        2 => shifts.prop_map(|(op, rd, rs1, imm)| alu_imm(op, rd, rs1, imm)),
        1 => (rd(), any::<i32>()).prop_map(|(rd, imm)| Inst::Lui { rd, imm: imm & !0xfff }),
        1 => (rd(), any::<i32>()).prop_map(|(rd, imm)| Inst::Auipc { rd, imm: imm & !0xfff }),
    ]
}

fn accessing() -> impl Strategy<Value = Inst> + Clone {
    let loads = (select(&LoadOp::ALL[..]), rd(), base(), offset());
    let stores = (select(&Width::ALL[..]), rs(), base(), offset());
    let aligned = || select(&ALIGNED[..]).prop_map(x);
    let wide = || select(&[Width::Word, Width::Double][..]);
    let amos = (select(&AmoOp::ALL[..]), wide(), rd(), aligned(), rs());
    let moves = (base(), select(&[8, 8, 8, -8, 16, 4, 1, -1][..]));
    let copies = (rd(), base(), select(&[0, 8, 64][..]));
    prop_oneof![
        6 => loads.prop_map(|(op, rd, rs1, offset)| load(op, rd, rs1, offset)),
        6 => stores.prop_map(|(width, rs2, rs1, offset)| store(width, rs2, rs1, offset)),
        1 => amos.prop_map(|(op, width, rd, rs1, rs2)| amo(op, width, rd, rs1, rs2)),
        1 => (wide(), rd(), aligned()).prop_map(|(width, rd, rs1)| lr(width, rd, rs1)),
        1 => (wide(), rd(), aligned(), rs()).prop_map(|(width, rd, rs1, rs2)| sc(width, rd, rs1, rs2)),
        2 => moves.prop_map(|(reg, by)| addi(reg, reg, by)),
        1 => copies.prop_map(|(rd, rs1, imm)| addi(rd, rs1, imm)),
    ]
}

fn inst() -> impl Strategy<Value = Inst> + Clone {
    prop_oneof![computing(), accessing()]
}

fn leaf_node() -> impl Strategy<Value = Node> + Clone {
    let way = (select(&[0, 0, 16, -8][..]), any::<bool>(), any::<bool>());
    let way = way.prop_map(|(offset, odd, same)| Way { offset, odd, same });
    let through = prop::option::of(way);
    let link = select(&[Link::Ra, Link::T0, Link::T1][..]);
    let patch = (when(), computing(), computing(), prop::bool::weighted(0.8));
    prop_oneof![
        30 => inst().prop_map(Node::Inst),
        8 => float(rd(), rs(), base(), offset()).prop_map(Node::Inst),
        3 => (rd(), value()).prop_map(|(rd, value)| Node::Constant(rd, value)),
        1 => (rd(), number()).prop_map(|(rd, value)| Node::Constant(rd, value)),
        2 => Just(Node::Rebase),
        4 => (any::<Index>(), through).prop_map(|(function, through)| Node::Call { function, through }),
        4 => (any::<Index>(), link).prop_map(|(leaf, link)| Node::Leaf { leaf, link }),
        2 => Just(Node::CallPointer),
        1 => (when(), any::<Index>()).prop_map(|(when, leaf)| Node::Retarget { when, leaf }),
        1 => (1..6u64).prop_map(Node::Recurse),
        1 => (1..ROUNDS).prop_map(|round| Node::Escape(When::At(round))),
        1 => patch.prop_map(|(when, before, after, synchronize)| Node::Patch {
            when,
            before,
            after,
            synchronize,
        }),
        1 => Just(Node::Ecall),
        1 => rd().prop_map(Node::Counter),
    ]
}

fn node() -> impl Strategy<Value = Node> + Clone {
    leaf_node().prop_recursive(3, 40, 6, |node| {
        let nodes = |most| vec(node.clone(), 0..most);
        let whens = (when(), any::<bool>(), nodes(5), nodes(3));
        let loops = (1..40u64, vec(node.clone(), 1..8));
        let tables = (any::<bool>(), vec(nodes(3), 2..5));
        prop_oneof![
            4 => whens.prop_map(|(when, aside, then, other)| Node::When { when, aside, then, other }),
            4 => loops.prop_map(|(times, body)| Node::Loop { times, body }),
            1 => tables.prop_map(|(seldom, arms)| Node::Table { seldom, arms }),
        ]
    })
}

pub fn program() -> impl Strategy<Value = Program> + Clone {
    (
        vec(node(), 1..8),
        vec(vec(node(), 0..5), 3),
        vec(vec(inst(), 0..5), 3),
        [vec(inst(), 0..3), vec(inst(), 0..3)],
        any::<bool>(),
        vec(value(), VALUES.len()),
        select(&[Access::READ_EXECUTE, Access::ALL][..]),
        prop_oneof![Just(0), 0..200u64],
    )
        .prop_map(
            |(main, functions, leaves, recursion, skips, values, access, before)| Program {
                main,
                functions,
                leaves,
                recursion,
                skips,
                values,
                access,
                before_page_end: 2 * before,
            },
        )
}

impl Program {
    pub fn scenario(&self) -> Scenario {
        let pattern = |seed: u64| -> Vec<u8> {
            let byte = |n: u64| (n * 151 + n / 256 + seed) as u8;
            (0..BYTES).map(byte).collect()
        };
        let mut scenario = Scenario::at(CODE, self.access, self.code())
            .entry(CODE + PAGE_SIZE - self.before_page_end)
            .max_insns(MOST)
            .data(DATA, Access::READ_WRITE, pattern(0))
            .data(DATA + BYTES, Access::READ, pattern(7))
            .data(STACK - BYTES, Access::READ_WRITE, pattern(9));
        for (&reg, &value) in VALUES.iter().zip(&self.values) {
            scenario = scenario.reg(x(reg), value);
        }
        scenario.reg(Reg::A7, call::NOTHING)
    }

    fn code(&self) -> Vec<u8> {
        let mut code = Asm::at(CODE);
        code.pad_to(CODE + PAGE_SIZE - self.before_page_end);
        let functions = self.functions.iter().map(|_| code.label()).collect();
        let leaves = self.leaves.iter();
        let leaves = leaves.map(|_| [(); 3].map(|()| code.label())).collect();
        let (landing, recursion) = (code.label(), code.label());
        let mut writer = Writer {
            code,
            functions,
            leaves,
            landing,
            recursion,
            aside: Vec::new(),
        };
        writer.whole(self);
        writer.code.finish()
    }
}

/// What is being laid out at the moment: the number of functions that it may
/// not call, and the registers in which its loops may count.
#[derive(Clone, Copy)]
struct Place {
    callers: usize,
    counters: &'static [Reg],
}

/// How far a branch reaches, and nodes that it surely reaches past.
const NEAR: u64 = 4000;
const FEW: usize = 50;

/// How many nodes these are, all in all.
fn size(nodes: &[Node]) -> usize {
    let inside = |node: &Node| match node {
        Node::When { then, other, .. } => size(then) + size(other),
        Node::Loop { body, .. } => size(body),
        Node::Table { arms, .. } => arms.iter().map(|arm| size(arm) + 1).sum(),
        _ => 0,
    };
    nodes.iter().map(|node| 2 + inside(node)).sum()
}

/// Lays out a program.
struct Writer {
    code: Asm,
    functions: Vec<Label>,
    leaves: Vec<[Label; 3]>,
    landing: Label,
    recursion: Label,
    /// What lies elsewhere: its label, where to go on behind it, and where it belongs.
    aside: Vec<(Label, Label, Vec<Node>, Place)>,
}

impl Writer {
    fn whole(&mut self, program: &Program) {
        let [outer, inner @ ..] = &OUTER;
        self.code.la(POINTER, self.leaves[0][0]);
        self.rebase();
        self.code.li(*outer, MOST);
        let top = self.code.here_label();
        self.code.li(Reg::SP, STACK);
        let place = Place {
            callers: 0,
            counters: inner,
        };
        self.round();
        self.nodes(&program.main, place);
        self.code.bind(self.landing);
        self.code.inst(addi(*outer, *outer, -1));
        let out = self.code.label();
        self.code.branch(Cond::Eq, *outer, Reg::ZERO, out);
        self.code.jump(top);
        self.code.bind(out);
        self.code.li(Reg::A7, 0);
        self.code.inst(Inst::Ecall);
        for (index, body) in program.functions.iter().enumerate() {
            self.function(index, body);
        }
        for (index, body) in program.leaves.iter().enumerate() {
            self.leaf(index, body, program.skips && index == 0);
        }
        self.recursive(&program.recursion);
        while let Some((label, back, nodes, place)) = self.aside.pop() {
            self.code.bind(label);
            self.nodes(&nodes, place);
            self.code.jump(back);
        }
    }

    /// Counts the round, and makes another chance.
    fn round(&mut self) {
        self.code.insts([
            addi(ROUND, ROUND, 1),
            muldiv(MulDivOp::Mul, CHANCE, CHANCE, x(24)),
            addi(CHANCE, CHANCE, 1237),
        ]);
    }

    fn rebase(&mut self) {
        self.code.li(x(8), DATA + 0x400);
        self.code.li(x(9), DATA + 0x1000);
        self.code.li(x(28), DATA + 0x2003);
        self.code.li(x(24), 0x5851_f42d_4c95_7f2d);
    }

    fn function(&mut self, index: usize, body: &[Node]) {
        self.code.bind(self.functions[index]);
        let saved = [Reg::RA, INNER[0], INNER[1]];
        self.code.inst(addi(Reg::SP, Reg::SP, -32));
        for (slot, &reg) in (0..).zip(&saved) {
            self.code.inst(sd(reg, Reg::SP, 8 * slot));
        }
        let place = Place {
            callers: index + 1,
            counters: &INNER,
        };
        self.nodes(body, place);
        for (slot, &reg) in (0..).zip(&saved) {
            self.code.inst(ld(reg, Reg::SP, 8 * slot));
        }
        self.code
            .insts([addi(Reg::SP, Reg::SP, 32), jalr(Reg::ZERO, Reg::RA, 0)]);
    }

    /// Once for each register that it may be called with.
    fn leaf(&mut self, index: usize, body: &[Inst], skips: bool) {
        for (link, label) in [Reg::RA, T0, T1].into_iter().zip(self.leaves[index]) {
            self.code.bind(label);
            self.code.insts(body.iter().copied());
            if skips && link == Reg::RA {
                let usual = self.code.label();
                self.code.inst(alu_imm(AluOp::And, T0, ROUND, 15));
                self.code.branch(Cond::Ne, T0, Reg::ZERO, usual);
                self.code.inst(addi(link, link, 4));
                self.code.bind(usual);
            }
            self.code.inst(jalr(Reg::ZERO, link, 0));
        }
    }

    fn recursive(&mut self, [before, after]: &[Vec<Inst>; 2]) {
        let (label, done) = (self.recursion, self.code.label());
        self.code.bind(label);
        self.code
            .insts([addi(Reg::SP, Reg::SP, -16), sd(Reg::RA, Reg::SP, 8)]);
        self.code.branch(Cond::Eq, DEPTH, Reg::ZERO, done);
        self.code.inst(addi(DEPTH, DEPTH, -1));
        self.code.insts(before.iter().copied());
        self.code.jal(Reg::RA, label);
        self.code.insts(after.iter().copied());
        self.code.bind(done);
        self.code.insts([
            ld(Reg::RA, Reg::SP, 8),
            addi(Reg::SP, Reg::SP, 16),
            jalr(Reg::ZERO, Reg::RA, 0),
        ]);
    }

    fn nodes(&mut self, nodes: &[Node], place: Place) {
        for node in nodes {
            self.node(node, place);
        }
    }

    fn node(&mut self, node: &Node, place: Place) {
        match node {
            Node::Inst(inst) => self.code.inst(*inst),
            Node::Constant(rd, value) => self.code.li(*rd, *value),
            Node::Rebase => self.rebase(),
            Node::When {
                when,
                aside,
                then,
                other,
            } => self.choice(*when, *aside, [then, other], place),
            Node::Loop { times, body } => self.around(*times, body, place),
            Node::Table { seldom, arms } => self.table(*seldom, arms, place),
            Node::Call { function, through } => self.call(function, *through, place),
            Node::Leaf { leaf, link } => self.call_leaf(leaf, *link),
            Node::CallPointer => self.code.insts([jalr(Reg::RA, POINTER, 0), nop()]),
            Node::Retarget { when, leaf } => self.seldom(*when, |writer| {
                let to = leaf.get(&writer.leaves)[0];
                writer.code.la(POINTER, to);
            }),
            Node::Recurse(depth) => {
                self.code.li(DEPTH, *depth);
                self.code.jal(Reg::RA, self.recursion);
            }
            Node::Escape(when) => self.seldom(*when, |writer| {
                writer.code.la(Reg::RA, writer.landing);
                writer.code.inst(jalr(Reg::ZERO, Reg::RA, 0));
            }),
            Node::Patch {
                when,
                before,
                after,
                synchronize,
            } => self.patch(*when, [*before, *after], *synchronize),
            Node::Ecall => self.code.inst(Inst::Ecall),
            Node::Counter(rd) => self.code.inst(Inst::Csr {
                op: CsrOp::Set,
                rd: *rd,
                csr: 0xc02,
                source: CsrSource::Reg(Reg::ZERO),
            }),
        }
    }

    /// Goes to `to` when it is time, or else; uses the scratch registers.
    fn jump_when(&mut self, when: When, is_time: bool, to: Label) {
        let (cond, rs1, rs2) = match when {
            When::At(round) => {
                self.code.li(T0, round);
                (Cond::Eq, ROUND, T0)
            }
            When::Each(bits) => {
                self.code
                    .inst(alu_imm(AluOp::And, T0, ROUND, (1 << bits) - 1));
                (Cond::Eq, T0, Reg::ZERO)
            }
            When::Bits(bits) => {
                self.code.inst(alu_imm(AluOp::Srl, T0, CHANCE, 33));
                self.code.inst(alu_imm(AluOp::And, T0, T0, (1 << bits) - 1));
                (Cond::Eq, T0, Reg::ZERO)
            }
            When::If(cond, rs1, rs2) => (cond, rs1, rs2),
        };
        let cond = match (is_time, cond) {
            (true, cond) => cond,
            (false, Cond::Eq) => Cond::Ne,
            (false, Cond::Ne) => Cond::Eq,
            (false, Cond::Lt) => Cond::Ge,
            (false, Cond::Ge) => Cond::Lt,
            (false, Cond::Ltu) => Cond::Geu,
            (false, Cond::Geu) => Cond::Ltu,
        };
        // It may be far away.
        let near = self.code.label();
        match is_time {
            true => {
                self.code.branch(cond, rs1, rs2, near);
                let past = self.code.label();
                self.code.jump(past);
                self.code.bind(near);
                self.code.jump(to);
                self.code.bind(past);
            }
            false => self.code.branch(cond, rs1, rs2, to),
        }
    }

    /// As [`Writer::jump_when`] it is not time, past `nodes`.
    fn pass(&mut self, when: When, nodes: &[Node], to: Label) {
        if size(nodes) <= FEW {
            return self.jump_when(when, false, to);
        }
        let near = self.code.label();
        self.jump_when(when, true, near);
        self.code.jump(to);
        self.code.bind(near);
    }

    fn seldom(&mut self, when: When, then: impl FnOnce(&mut Writer)) {
        let past = self.code.label();
        self.jump_when(when, false, past);
        then(self);
        self.code.bind(past);
    }

    fn choice(&mut self, when: When, aside: bool, [then, other]: [&[Node]; 2], place: Place) {
        if aside {
            let (there, back) = (self.code.label(), self.code.label());
            self.aside.push((there, back, then.to_vec(), place));
            self.jump_when(when, true, there);
            self.nodes(other, place);
            return self.code.bind(back);
        }
        let (otherwise, end) = (self.code.label(), self.code.label());
        self.pass(when, then, otherwise);
        self.nodes(then, place);
        self.code.jump(end);
        self.code.bind(otherwise);
        self.nodes(other, place);
        self.code.bind(end);
    }

    fn around(&mut self, times: u64, body: &[Node], place: Place) {
        let Some((&counter, counters)) = place.counters.split_first() else {
            return self.nodes(body, place);
        };
        self.code.li(counter, times);
        let (top, start) = (self.code.here_label(), self.code.here());
        self.round();
        self.nodes(body, Place { counters, ..place });
        self.code.inst(addi(counter, counter, -1));
        let out = self.code.label();
        // Loops end by a branch back or by one out.
        if times.is_multiple_of(3) {
            self.code.branch(Cond::Eq, counter, Reg::ZERO, out);
            self.code.jump(top);
        } else if self.code.here() < start + NEAR {
            self.code.branch(Cond::Ne, counter, Reg::ZERO, top);
        } else {
            self.code.branch(Cond::Ge, Reg::ZERO, counter, out);
            self.code.jump(top);
        }
        self.code.bind(out);
    }

    fn table(&mut self, seldom: bool, arms: &[Vec<Node>], place: Place) {
        let (table, end) = (self.code.label(), self.code.label());
        if seldom {
            // The second of them in one of sixteen rounds, else the first.
            self.code.insts([
                alu_imm(AluOp::And, T0, ROUND, 15),
                alu_imm(AluOp::Sltu, T0, T0, 1),
            ]);
        } else {
            self.code.inst(alu_imm(AluOp::Srl, T0, CHANCE, 40));
            self.code.li(T1, arms.len() as u64);
            self.code.inst(muldiv(MulDivOp::Remu, T0, T0, T1));
        }
        self.code.inst(alu_imm(AluOp::Sll, T0, T0, 2));
        self.code.la(T1, table);
        self.code
            .insts([alu(AluOp::Add, T1, T1, T0), jalr(Reg::ZERO, T1, 0)]);
        self.code.bind(table);
        let labels: Vec<Label> = arms.iter().map(|_| self.code.label()).collect();
        for &label in &labels {
            self.code.jump(label);
        }
        for (label, arm) in labels.into_iter().zip(arms) {
            self.code.bind(label);
            self.nodes(arm, place);
            self.code.jump(end);
        }
        self.code.bind(end);
    }

    fn call(&mut self, function: &Index, through: Option<Way>, place: Place) {
        let callable = &self.functions[place.callers..];
        if callable.is_empty() {
            return;
        }
        let to = *function.get(callable);
        let Some(Way { offset, odd, same }) = through else {
            return self.code.jal(Reg::RA, to);
        };
        let through = if same { Reg::RA } else { T1 };
        self.code.la(through, to);
        self.code
            .inst(addi(through, through, i32::from(odd) - offset));
        self.code.inst(jalr(Reg::RA, through, offset));
    }

    fn call_leaf(&mut self, leaf: &Index, link: Link) {
        let [ra, t0, t1] = *leaf.get(&self.leaves);
        match link {
            Link::Ra => self.code.jal(Reg::RA, ra),
            Link::T0 => {
                self.code.la(T1, t0);
                self.code.inst(jalr(T0, T1, 0));
            }
            Link::T1 => {
                self.code.la(T1, t1);
                self.code.inst(jalr(T1, T1, 0));
            }
        }
        // A leaf may skip it.
        self.code.inst(addi(x(10), x(10), 1));
    }

    fn patch(&mut self, when: When, [before, after]: [Inst; 2], synchronize: bool) {
        let slot = self.code.label();
        self.seldom(when, |writer| {
            writer.code.li(T0, word_of(after) as i32 as u64);
            writer.code.la(T1, slot);
            writer.code.inst(store(Width::Word, T0, T1, 0));
            if synchronize {
                writer.code.inst(fence_i());
            }
        });
        self.code.bind(slot);
        self.code.inst(before);
    }
}
