package gateway

import (
	"fmt"

	"tollgate/engine/journal"
)

// Past is where the newest run of a journal begins.
type Past struct {
	From   uint64 // number of the record with its setup; 0 = there was no run
	Prefix string
}

// FindPast looks for the newest run of a journal.
func FindPast(dir string) (Past, error) {
	var p Past
	setup := uint64(0)
	err := journal.Each(dir, 0, func(x journal.Record) error {
		switch x.Kind {
		case KindSetup:
			setup = x.Number
		case byte(Begin):
			in, err := ParseInput(Begin, x.Payload)
			if err != nil {
				return fmt.Errorf("record %d: %w", x.Number, err)
			}
			p = Past{From: setup, Prefix: in.Text}
			if setup == 0 {
				p.From = x.Number
			}
		}
		return nil
	})
	return p, err
}

// Recover steps the newest run of a journal again and returns the state it left:
// what the next run begins with. Nil when there was no run.
func Recover(dir string, p Past, newCore func(setup []byte, prefix string) (*Core, error)) ([]byte, error) {
	if p.From == 0 {
		return nil, nil
	}
	r := NewReplay(false, newCore)
	if err := journal.Each(dir, p.From, r.Record); err != nil {
		return nil, err
	}
	if r.Core() == nil {
		return nil, nil
	}
	return r.Core().State(), nil
}
