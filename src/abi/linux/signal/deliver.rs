//! What comes of signals: a handler is called, or the run ends; and the way back.

use super::context::{self, CONTEXT_OFFSET, Context, FRAME_BYTES};
use super::event::Event;
use super::{Action, Disposition, SA_NODEFER, SA_ONSTACK, SA_RESETHAND, SIG_DFL, SIGSEGV, bit};
use crate::abi::Flow;
use crate::abi::linux::Linux;
use crate::abi::linux::errno::{Failure, Outcome};
use crate::isa::Reg;
use crate::machine::{Exit, Fault, Hart, Trap};

/// Bytes of an `ecall`.
const ECALL_BYTES: u64 = 4;

impl Linux {
    /// What comes after a call with this result: the next instruction, or that of a handler.
    pub(in crate::abi::linux) fn go_on(
        &mut self,
        hart: &mut Hart,
        result: u64,
    ) -> Result<Flow, Exit> {
        hart.state.set_reg(Reg::A0, result);
        let resume = self.signals.resume.take();
        if resume.is_none() && self.signals.pending.is_empty() {
            return Ok(Flow::Next);
        }
        let at = hart.state.pc;
        hart.state.pc = resume.unwrap_or(at.wrapping_add(ECALL_BYTES));
        let delivered = self.deliver(hart);
        let next = std::mem::replace(&mut hart.state.pc, at);
        delivered.map(|()| Flow::Jump(next))
    }

    /// What comes of an instruction that traps: a handler, if there is one for it.
    pub(in crate::abi::linux) fn go_on_after(
        &mut self,
        hart: &mut Hart,
        trap: &Trap,
    ) -> Result<Flow, Exit> {
        let event = Event::trapped(trap, &hart.memory);
        if !self.signals.is_handled(event.signal) {
            return Err(Exit::Trap(*trap));
        }
        let is_fault = event.signal == SIGSEGV;
        self.signals.force(event);
        let delivered = self.deliver(hart);
        let next = std::mem::replace(&mut hart.state.pc, trap.pc);
        match delivered {
            Ok(()) => Ok(Flow::Jump(next)),
            // Nothing has come of it: the instruction says more than the signal.
            Err(Exit::Exited { .. }) if is_fault => Err(Exit::Trap(*trap)),
            Err(exit) => Err(exit),
        }
    }

    /// Does what is to be done about all signals that are not blocked. One on top of the
    /// other, so the last handler is the first to execute.
    fn deliver(&mut self, hart: &mut Hart) -> Result<(), Exit> {
        while let Some(event) = self.signals.take(!self.signals.blocked) {
            match self.signals.disposition(event.signal) {
                Disposition::Ignore => {}
                Disposition::End => return Err(ended_by(event.signal)),
                Disposition::Handle => self.handle(hart, &event)?,
            }
        }
        // Nothing has interrupted the wait, or it has been told of.
        if let Some(mask) = self.signals.waiting.take() {
            self.signals.set_blocked(mask);
        }
        Ok(())
    }

    /// Calls the handler. Where there is no stack for it, that is another signal, which
    /// is not tried to be told of in the same way twice.
    fn handle(&mut self, hart: &mut Hart, event: &Event) -> Result<(), Exit> {
        let action = self.signals.actions[event.signal];
        if action.flags & SA_RESETHAND != 0 {
            self.signals.actions[event.signal].handler = SIG_DFL;
        }
        let told = event.told(hart.state.pc);
        match self.enter(hart, event, action) {
            Ok(()) => {
                self.reporter.tell_signal(told);
                Ok(())
            }
            Err(Fault::Limit) => {
                let limit = hart.memory.limit();
                Err(Exit::MemoryLimit { limit })
            }
            Err(Fault::Denied) if event.signal == SIGSEGV => Err(ended_by(SIGSEGV)),
            Err(Fault::Denied) => {
                self.signals.force(Event::forced());
                Ok(())
            }
        }
    }

    /// Lays the frame, and moves the hart to the handler.
    fn enter(&mut self, hart: &mut Hart, event: &Event, action: Action) -> Result<(), Fault> {
        let signals = &mut self.signals;
        let sp = hart.state.reg(Reg::SP);
        let on_stack = action.flags & SA_ONSTACK != 0;
        let top = signals.stack.top(sp, on_stack, FRAME_BYTES);
        let frame = top.ok_or(Fault::Denied)?.wrapping_sub(FRAME_BYTES) & !15;
        let mask = signals.waiting.unwrap_or(signals.blocked);
        let context = Context::of(&hart.state, mask, signals.stack.fields());
        context::put(&mut hart.memory, frame, &event.info, &context)?;
        signals.waiting = None;
        let own = match action.flags & SA_NODEFER {
            0 => bit(event.signal),
            _ => 0,
        };
        signals.set_blocked(signals.blocked | action.mask | own);
        signals.stack.disarm();
        let state = &mut hart.state;
        state.set_reg(Reg::RA, self.space.return_code);
        state.set_reg(Reg::SP, frame);
        state.set_reg(Reg::A0, event.signal as u64);
        state.set_reg(Reg::A1, frame);
        state.set_reg(Reg::A2, frame.wrapping_add(CONTEXT_OFFSET));
        state.pc = action.handler & !1;
        Ok(())
    }

    /// `rt_sigreturn`: takes the hart back from the frame at the stack pointer. From none
    /// that is one, it is a signal.
    pub(in crate::abi::linux) fn rt_sigreturn(&mut self, hart: &mut Hart, _: [u64; 6]) -> Outcome {
        let at = hart.state.pc;
        let signals = &mut self.signals;
        signals.resume = Some(at.wrapping_add(ECALL_BYTES));
        match context::get(&mut hart.memory, hart.state.reg(Reg::SP)) {
            Err(Fault::Limit) => return Err(Failure::MemoryLimit),
            Err(Fault::Denied) => signals.force(Event::forced()),
            Ok((context, is_whole)) => {
                signals.set_blocked(context.mask);
                context.restore(&mut hart.state);
                signals.resume = Some(std::mem::replace(&mut hart.state.pc, at));
                if is_whole {
                    let sp = hart.state.reg(Reg::SP);
                    // As in the kernel: a stack that cannot be taken back is let be.
                    let _refused = signals.stack.replace(sp, context.stack);
                } else {
                    signals.force(Event::forced());
                }
            }
        }
        Ok(hart.state.reg(Reg::A0))
    }
}

/// By default, a signal ends the process.
fn ended_by(signal: usize) -> Exit {
    let code = 128 + signal as i32;
    Exit::Exited { code }
}
