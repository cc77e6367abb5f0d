package strategies

import (
	"fmt"

	"tollgate/engine"
)

// handler names a handler.
type handler uint8

const (
	onStart handler = iota
	onStop
	onQuote
	onTrade
	onBar
	onOrder
	onFill
	onPnL
	onTimer
	onLink
)

// HandlerNames are the names of the handlers a strategy may define, in the order
// of the fields of Handlers.
var HandlerNames = [...]string{
	"OnStart", "OnStop", "OnQuote", "OnTrade", "OnBar", "OnOrder", "OnFill", "OnPnL", "OnTimer", "OnLink",
}

// call runs one handler. A panic in it stops this strategy and nothing else.
func (i *instance) call(h handler) {
	i.guarded(h)
	if i.halting != "" && !i.halted {
		i.halt(h)
	}
}

func (i *instance) guarded(h handler) {
	i.ctx, i.before = i.view, i.seq
	defer func() {
		i.ctx.host = nil
		if v := recover(); v != nil {
			i.fault(h, v)
		}
	}()
	p, c := &i.prog.Handlers, &i.ctx
	switch h {
	case onStart:
		p.OnStart(c)
	case onStop:
		p.OnStop(c)
	case onQuote:
		p.OnQuote(c, &i.quote)
	case onTrade:
		p.OnTrade(c, &i.trade)
	case onBar:
		p.OnBar(c, &i.bar)
	case onOrder:
		p.OnOrder(c, &i.order)
	case onFill:
		p.OnFill(c, &i.fill)
	case onPnL:
		p.OnPnL(c, &i.pnl)
	case onTimer:
		p.OnTimer(c, &i.timer)
	case onLink:
		p.OnLink(c, &i.link)
	}
}

// fault ends the strategy after a panic and does with its orders what was chosen.
func (i *instance) fault(h handler, v any) {
	where := fmt.Sprint(v)
	if i.prog.Locate != nil {
		where = i.prog.Locate(v)
	}
	if i.guarding() {
		i.rollback(fmt.Sprintf("panic in %s: %s", HandlerNames[h], where))
		return
	}
	i.halted = true
	i.runner.emit(&engine.Halt{At: i.now, Strategy: i.id, Reason: fmt.Sprintf("panic in %s: %s", HandlerNames[h], where)})
	if i.onPanic == FlattenOnPanic {
		i.send(&engine.Intent{Kind: engine.Flatten})
	}
}

// halt ends the strategy because it asked for it: its last handler runs, its
// orders are cancelled, its position stays. after is the handler in which it asked.
func (i *instance) halt(after handler) {
	reason := i.halting
	if after != onStop && i.prog.Handlers.OnStop != nil {
		i.guarded(onStop)
	}
	if i.halted || i.halting == "" {
		return // OnStop panicked: the strategy is stopped already, or its former version runs
	}
	i.halted = true
	i.send(&engine.Intent{Kind: engine.CancelAll})
	i.runner.emit(&engine.Halt{At: i.now, Strategy: i.id, Reason: reason})
}
