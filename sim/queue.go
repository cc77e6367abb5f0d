package sim

import "tollgate/engine"

// address is where a message goes.
type address uint8

const (
	toVenue address = iota
	toDesk
	toRunner
)

// message is something under way in a world.
type message struct {
	at      engine.Time
	seq     uint64 // messages due at the same time keep the order they were sent in
	to      address
	event   engine.Event
	request engine.Request // toVenue
}

// queue is a binary heap of messages by time, then by order of sending.
type queue struct {
	heap []message
	seq  uint64
}

func (q *queue) push(m message) {
	q.seq++
	m.seq = q.seq
	q.heap = append(q.heap, m)
	i := len(q.heap) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !q.before(i, parent) {
			return
		}
		q.heap[i], q.heap[parent] = q.heap[parent], q.heap[i]
		i = parent
	}
}

// due reports whether there is a message that is due by t. It is asked several
// times for each market event, and the answer is nearly always no.
func (q *queue) due(t engine.Time) bool { return len(q.heap) > 0 && q.heap[0].at <= t }

// pop takes out the first message; there must be one.
func (q *queue) pop() message {
	first := q.heap[0]
	last := len(q.heap) - 1
	q.heap[0] = q.heap[last]
	q.heap[last] = message{}
	q.heap = q.heap[:last]
	q.sink()
	return first
}

func (q *queue) sink() {
	i := 0
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(q.heap); child++ {
			if q.before(child, least) {
				least = child
			}
		}
		if least == i {
			return
		}
		q.heap[i], q.heap[least] = q.heap[least], q.heap[i]
		i = least
	}
}

func (q *queue) before(i, j int) bool {
	a, b := &q.heap[i], &q.heap[j]
	return a.at < b.at || a.at == b.at && a.seq < b.seq
}
