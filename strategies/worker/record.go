package worker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"time"

	"tollgate/engine"
	"tollgate/strategies"
	"tollgate/strategies/script"
)

// The kinds of records. Their numbers leave 0 to 63 to the gateway, so that one
// journal can hold both. Numbers in payloads are zigzag varints, texts a length and
// bytes; digests are eight bytes, high one first.
const (
	KindOpen     byte = 64 + iota // a worker begins: format, account, name, history
	KindSource                    // a source, before its first use: name, hash, files
	KindJoin                      // an instance: number, script, hash, instrument, on panic, parameters
	KindEvent                     // digest, then an event that the Runner is stepped with
	KindSwap                      // digest, time, instance, hash, takeback
	KindRollback                  // digest, time, instance, reason
	KindEnd                       // digest of all
)

// format is the version of the payloads.
const format = 1

// ErrRecord marks a payload that is not what its kind claims.
var ErrRecord = errors.New("not a valid record of a worker")

// Record payloads, taken apart.
type (
	openRecord struct {
		Account, Name string
		History       int
	}
	joinRecord struct {
		ID         engine.StrategyID
		Script     string
		Hash       string
		Instrument string // its key
		OnPanic    strategies.OnPanic
		Params     map[string]string
	}
	swapRecord struct {
		At       engine.Time
		ID       engine.StrategyID
		Hash     string
		Takeback strategies.Guard
	}
	rollbackRecord struct {
		At     engine.Time
		ID     engine.StrategyID
		Reason string
	}
)

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendDigest(b []byte, h engine.Hash) []byte { return binary.BigEndian.AppendUint64(b, uint64(h)) }

func (r *openRecord) append(b []byte) []byte {
	b = binary.AppendVarint(b, format)
	b = appendText(appendText(b, r.Account), r.Name)
	return binary.AppendVarint(b, int64(r.History))
}

// appendSource writes names of files without their folders: where they lie is
// nobody's business.
func appendSource(b []byte, s *script.Source) []byte {
	b = appendText(appendText(b, s.Name), s.Hash)
	b = binary.AppendVarint(b, int64(len(s.Files)))
	for _, f := range s.Files {
		b = appendText(appendText(b, filepath.Base(f.Name)), f.Text)
	}
	return b
}

func (r *joinRecord) append(b []byte) []byte {
	b = binary.AppendVarint(b, int64(r.ID))
	b = appendText(appendText(appendText(b, r.Script), r.Hash), r.Instrument)
	b = binary.AppendVarint(b, int64(r.OnPanic))
	names := make([]string, 0, len(r.Params))
	for name := range r.Params {
		names = append(names, name)
	}
	slices.Sort(names)
	b = binary.AppendVarint(b, int64(len(names)))
	for _, name := range names {
		b = appendText(appendText(b, name), r.Params[name])
	}
	return b
}

func (r *swapRecord) append(b []byte) []byte {
	b = binary.AppendVarint(binary.AppendVarint(b, int64(r.At)), int64(r.ID))
	b = appendText(b, r.Hash)
	return binary.AppendVarint(binary.AppendVarint(b, int64(r.Takeback.For)), int64(r.Takeback.Denials))
}

func (r *rollbackRecord) append(b []byte) []byte {
	return appendText(binary.AppendVarint(binary.AppendVarint(b, int64(r.At)), int64(r.ID)), r.Reason)
}

// parser takes a payload apart; after an error it yields zeros.
type parser struct {
	b   []byte
	err error
}

func (p *parser) fail(what string) {
	if p.err == nil {
		p.err = fmt.Errorf("%w: %s", ErrRecord, what)
	}
	p.b = nil
}

// num reads a number from lowest to highest.
func (p *parser) num(lowest, highest int64) int64 {
	v, n := binary.Varint(p.b)
	if n <= 0 || v < lowest || v > highest {
		p.fail("a number is missing or out of range")
		return 0
	}
	p.b = p.b[n:]
	return v
}

func (p *parser) text() string {
	size, n := binary.Uvarint(p.b)
	if n <= 0 || size > uint64(len(p.b)-n) {
		p.fail("a text is cut off")
		return ""
	}
	s := string(p.b[n : n+int(size)])
	p.b = p.b[n+int(size):]
	return s
}

func (p *parser) digest() engine.Hash {
	if len(p.b) < 8 {
		p.fail("the digest is cut off")
		return 0
	}
	h := engine.Hash(binary.BigEndian.Uint64(p.b))
	p.b = p.b[8:]
	return h
}

func (p *parser) done() error {
	if len(p.b) > 0 {
		p.fail("bytes are left over")
	}
	return p.err
}

func parseOpen(b []byte) (openRecord, error) {
	p := parser{b: b}
	p.num(format, format)
	r := openRecord{Account: p.text(), Name: p.text(), History: int(p.num(0, math.MaxInt32))}
	return r, p.done()
}

func parseSource(b []byte) (*script.Source, error) {
	p := parser{b: b}
	name, hash := p.text(), p.text()
	files := make([]script.File, 0, 1)
	for range p.num(1, script.MaxFiles) {
		files = append(files, script.File{Name: p.text(), Text: p.text()})
	}
	if err := p.done(); err != nil {
		return nil, err
	}
	src := script.FromFiles(name, files)
	if src.Hash != hash {
		return nil, fmt.Errorf("%w: the source of %s does not have its hash %.12s", ErrRecord, name, hash)
	}
	return src, nil
}

func parseJoin(b []byte) (joinRecord, error) {
	p := parser{b: b}
	r := joinRecord{ID: engine.StrategyID(p.num(0, maxStrategy)), Script: p.text(), Hash: p.text(), Instrument: p.text()}
	r.OnPanic = strategies.OnPanic(p.num(0, int64(strategies.LeaveOnPanic)))
	if n := p.num(0, int64(len(p.b))); n > 0 {
		r.Params = map[string]string{}
		for range n {
			name := p.text()
			r.Params[name] = p.text()
		}
	}
	return r, p.done()
}

func parseSwap(p *parser) (swapRecord, error) {
	r := swapRecord{At: engine.Time(p.num(math.MinInt64, math.MaxInt64)), ID: engine.StrategyID(p.num(0, maxStrategy)), Hash: p.text()}
	r.Takeback.For = time.Duration(p.num(0, math.MaxInt64))
	r.Takeback.Denials = int(p.num(0, math.MaxInt32))
	return r, p.done()
}

func parseRollback(p *parser) (rollbackRecord, error) {
	r := rollbackRecord{At: engine.Time(p.num(math.MinInt64, math.MaxInt64)), ID: engine.StrategyID(p.num(0, maxStrategy)), Reason: p.text()}
	return r, p.done()
}
