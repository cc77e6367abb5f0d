package engine

// Event is what steps a machine. The set is closed: *Quote, *Intent, *Report,
// *Update, *TimerFired, *PnL, *LinkChange, *Phase, *ModeChange, *Adoption, *Funds,
// *Recall, *Unsent, *Resync and *Snapshot, and nothing outside this package can add to
// it. Which machine takes which is said at each type.
type Event interface{ event() }

// Command is what a machine wants done. The set is closed: *Publish, *Send,
// *Update, *PnL, *Snapshot, *Intent, *SetTimer, *Log, *Halt and *Version.
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

// LinkState says whether the broker can be asked for anything.
type LinkState uint8

// The states of the link. It is up when the connection stands, the add-on answers
// and what the broker says agrees with the Desk; anything less is down.
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

// Mode says what an account may do.
type Mode uint8

// The modes, from most to least free.
const (
	Active     Mode = iota // anything the limits allow
	ReduceOnly             // no entries: exits, protection and cancels only
	Killed                 // everything is cancelled and closed, and nothing new is sent
	modes
)

var modeNames = [modes]string{"active", "reduce-only", "killed"}

func (m Mode) String() string { return modeNames[m] }

// ModeChange sets an account's mode. Desk only. Killed flattens every strategy
// instance, what was adopted included, each time it is said.
type ModeChange struct {
	At     Time
	Mode   Mode
	Reason string
}

// Adoption tells the Desk of something at the broker that it did not cause: an
// order placed elsewhere, or a position nobody can explain. It becomes an order of
// the strategy instance Manual on that instrument, counted by the gate like any
// other and cancelled only by a kill. What it fills can close what strategies hold (see
// "what others did" in the package's page). Desk only; answered by an Update with the
// order's number, under which later Reports are about it.
type Adoption struct {
	At       Time
	Terms    Terms // as the broker states them; Qty includes what has filled
	Filled   Qty   // contracts filled so far
	Notional int64 // sum of fill price x quantity of those, in ticks
	Open     bool  // false: it is over, only its fills count
	Cause    string
}

// Manual is the name of the strategy instances that hold what was adopted.
const Manual = "manual"

// Funds says what cash the account has. It moves the balance and no profit or loss:
// the session's result stays what it was. Desk only.
type Funds struct {
	At   Time
	Cash Money
}

// Recall ends the orders of every strategy instance of the account, what was adopted
// excepted, and with Flatten closes their positions too. It comes from a person, or
// from the loss of a worker. Desk only.
type Recall struct {
	At      Time
	Flatten bool
}

// Resync asks the Desk for a Snapshot of a strategy instance.
type Resync struct {
	At       Time
	Strategy StrategyID
}

// Snapshot is the state of a strategy instance at the Desk: where its numbering
// stands, what it holds, what is open. It is a command of the Desk and an event of
// the Runner, which goes on from there.
type Snapshot struct {
	At       Time
	Strategy StrategyID
	Intents  uint64 // Seq of the last intent taken
	Updates  uint64 // Seq of the last update sent
	Ref      Ref    // the highest Ref in use
	Holding  Holding
	Account  Balance
	Orders   []Order // open ones, oldest first
}

func (*ModeChange) event() {}
func (*Adoption) event()   {}
func (*Funds) event()      {}
func (*Recall) event()     {}
func (*Unsent) event()     {}
func (*Resync) event()     {}
func (*Snapshot) event()   {}
func (*Phase) event()      {}
func (*Quote) event()      {}
func (*Intent) event()     {}
func (*Report) event()     {}
func (*Update) event()     {}
func (*PnL) event()        {}
func (*TimerFired) event() {}
func (*LinkChange) event() {}
