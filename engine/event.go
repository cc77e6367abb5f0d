package engine

// Event is what steps a machine. The set is closed: *Quote, *Intent, *Report,
// *Update, *TimerFired, *PnL, *LinkChange and *Phase, and nothing outside this package can
// add to it. Which machine takes which is said at each type.
type Event interface{ event() }

// Command is what a machine wants done. The set is closed: *Publish, *Send,
// *Update, *PnL, *Intent, *SetTimer, *Log, *Halt and *Version.
type Command interface {
	command()
	// Fold adds every content of the command to the digest.
	Fold(h *Hash)
}

// TimerFired is a SetTimer come back. Desk and Runner.
type TimerFired struct {
	At Time
	ID uint64
}

// LinkState is the state of the connection to the broker.
type LinkState uint8

// The states of the link.
const (
	LinkDown LinkState = iota
	LinkUp
	linkStates
)

var linkNames = [linkStates]string{"down", "up"}

func (s LinkState) String() string { return linkNames[s] }

// LinkChange says that the connection to the broker came or went. Desk and Runner.
type LinkChange struct {
	At     Time
	State  LinkState
	Reason string
}

// Phase begins or ends the run of one strategy instance. Runner only.
type Phase struct {
	At       Time
	Strategy StrategyID
	Begin    bool
}

func (*Phase) event()      {}
func (*Quote) event()      {}
func (*Intent) event()     {}
func (*Report) event()     {}
func (*Update) event()     {}
func (*PnL) event()        {}
func (*TimerFired) event() {}
func (*LinkChange) event() {}
