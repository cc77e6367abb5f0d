package gateway

import "tollgate/engine"

// OutputKind is what a Core wants done.
type OutputKind uint8

// The closed set of outputs.
const (
	Write     OutputKind = iota // write Data to the link
	Order                       // sync the journal, then write Data to the link: it can move money
	Publish                     // send Data, an event, to the worker of Account
	Alarm                       // tell a person Text, now
	Note                        // tell a person Text, when they look
	Reconnect                   // close the link and open it again; Text says why
)

var outputNames = [...]string{"write", "order", "publish", "alarm", "note", "reconnect"}

func (k OutputKind) String() string { return outputNames[k] }

// Output is one thing a Core wants done. Outputs are to be carried out in order.
type Output struct {
	Kind    OutputKind
	Account int
	Data    []byte // valid until the next Step
	Text    string

	from, to int // Data in the arena while it may still move
}

// publish sends an event to the worker of an account.
func (c *Core) publish(a *account, e engine.Event) {
	o := Output{Kind: Publish, Account: a.index, from: len(c.arena)}
	c.arena = engine.AppendEvent(c.arena, e)
	o.to = len(c.arena)
	c.out = append(c.out, o)
}

func (c *Core) alarm(text string) {
	c.out = append(c.out, Output{Kind: Alarm, Account: All, Text: text})
}

func (c *Core) note(text string) { c.out = append(c.out, Output{Kind: Note, Account: All, Text: text}) }

// outputs settles where the data of every output lies.
func (c *Core) outputs() []Output {
	for i := range c.out {
		if o := &c.out[i]; o.to > o.from {
			o.Data = c.arena[o.from:o.to:o.to]
		}
	}
	return c.out
}
