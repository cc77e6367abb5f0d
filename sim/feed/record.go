package feed

import (
	"encoding/json"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/shopspring/decimal"

	"tollgate/engine"
)

// FormatVersion is that of recordings; readers refuse others.
const FormatVersion = "1"

// Keys of the schema's metadata.
const (
	keyVersion     = "tollgate.format"
	keyInstruments = "tollgate.instruments" // also of a batch, for instruments it is the first to hold
)

const (
	continuation = 0xFFFFFFFF // begins every message of an Arrow stream
	batchRows    = 1 << 16    // rows a writer puts in one batch
)

// The columns of a recording, in order.
const (
	arTime = iota
	arName
	arKind
	arBid
	arBidSize
	arAsk
	arAskSize
	arLast
	arLastSize
	arVolume
	arColumns
)

var (
	nameType = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int16, ValueType: arrow.BinaryTypes.String}
	kindType = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
)

// arFields are the columns. Only prices and sizes may be null: unknown.
var arFields = []arrow.Field{
	{Name: "ts", Type: arrow.FixedWidthTypes.Timestamp_ns},
	{Name: "instrument", Type: nameType},
	{Name: "kind", Type: kindType},
	{Name: "bid", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	{Name: "bid_size", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	{Name: "ask", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	{Name: "ask_size", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	{Name: "last", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	{Name: "last_size", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	{Name: "volume", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
}

// arWidth is the width of a column's values in bytes.
var arWidth = [arColumns]int{8, 2, 1, 8, 8, 8, 8, 8, 8, 8}

var kindNames = []string{engine.QuoteChange.String(), engine.TradePrint.String()}

// description is how a recording describes an instrument, in JSON. Numbers are
// plain decimals in text.
type description struct {
	Name       string `json:"name"`
	Root       string `json:"root"`
	Tick       string `json:"tick"`
	PointValue string `json:"point_value"`
}

func describe(in *engine.Instrument) description {
	return description{in.Key, in.Root, in.TickDecimal().String(), in.Point.String()}
}

// parseDescriptions reads the JSON list of a schema's or batch's metadata.
func parseDescriptions(text string) ([]description, error) {
	var list []description
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, formatError("metadata %s: %v", keyInstruments, err)
	}
	return list, nil
}

// own makes of a description what engine needs, as far as it says it.
func (d *description) own() (*ownSpec, error) {
	tick, err := engine.ParseNano(d.Tick)
	if err != nil {
		return nil, fmt.Errorf("instrument %q: tick: %w", d.Name, err)
	}
	point, err := engine.ParseNano(d.PointValue)
	if err != nil {
		return nil, fmt.Errorf("instrument %q: point value: %w", d.Name, err)
	}
	spec := engine.Spec{Root: d.Root, Tick: tick, PointValue: decimal.New(int64(point), -9)}
	return &ownSpec{d.Name, spec}, nil
}
