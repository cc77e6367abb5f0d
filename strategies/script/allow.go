package script

import (
	"errors"
	"fmt"
	"go/constant"
	"go/token"
	"math"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"

	"tollgate/strategies"
)

// hostPath is the import path of what a script sees of Tollgate.
const hostPath = "tollgate/strategies"

// allowedPackage is what a script may use of one package. What is not listed
// does not exist: neither for the type check nor for the interpreter.
type allowedPackage struct {
	path  string
	funcs map[string]any
	types []allowedType
	// consts holds untyped constants as constant.Value, typed ones as the Go value.
	consts map[string]any
}

// allowedType is a type with the methods a script may call. Its exported fields
// are all visible.
type allowedType struct {
	name    string
	pointer any // (*T)(nil)
	methods []string
	plain   bool // mere data: a script may build and copy it; all others live at the host, behind pointers
}

// declarations are the functions of package strategies that a script calls to
// initialise its package variables. Each instance gets the methods of its own
// Setup under these names.
var declarations = []string{
	"Int", "Float", "Bool", "Choice", "Duration", "TimeOfDay",
	"Seconds", "Minutes", "Hours", "Sessions", "Ticks", "Volume", "Range",
	"Bid", "Ask", "Mid", "Last",
	"SMA", "EMA", "WMA", "HMA", "VWMA", "RSI", "ROC", "StdDev", "Highest", "Lowest",
	"ATR", "CCI", "OBV", "VWAP", "MACD", "Bollinger", "Keltner", "Donchian",
	"Stochastic", "ADX", "LinReg", "Cross",
}

// hostPackage is package strategies without its declarations. Setup, Program,
// Begin and everything else of the host's own stay out of reach.
var hostPackage = allowedPackage{
	path: hostPath,
	types: []allowedType{
		{name: "Context", pointer: (*strategies.Context)(nil), methods: []string{
			"Buy", "Sell", "BuyLimit", "SellLimit", "BuyStop", "SellStop", "BuyStopLimit", "SellStopLimit",
			"BuyBracket", "SellBracket", "Submit", "Target", "Change", "Cancel", "CancelAll", "Flatten",
			"Order", "Orders", "StopOf", "TargetOf", "Round", "RoundDown", "RoundUp", "Every", "At", "AtIn", "StopTimer",
			"Log", "Logf", "Stop",
		}},
		{name: "Quote", pointer: (*strategies.Quote)(nil), plain: true},
		{name: "Trade", pointer: (*strategies.Trade)(nil), plain: true},
		{name: "Bar", pointer: (*strategies.Bar)(nil), plain: true},
		{name: "Order", pointer: (*strategies.Order)(nil), plain: true},
		{name: "Fill", pointer: (*strategies.Fill)(nil), plain: true},
		{name: "PnL", pointer: (*strategies.PnL)(nil), plain: true},
		{name: "Timer", pointer: (*strategies.Timer)(nil), plain: true},
		{name: "Link", pointer: (*strategies.Link)(nil), plain: true},
		{name: "Line", pointer: (*strategies.Line)(nil)},
		{name: "Bars", pointer: (*strategies.Bars)(nil)},
		{name: "Bands", pointer: (*strategies.Bands)(nil)},
		{name: "MACDLines", pointer: (*strategies.MACDLines)(nil)},
		{name: "StochasticLines", pointer: (*strategies.StochasticLines)(nil)},
		{name: "ADXLines", pointer: (*strategies.ADXLines)(nil)},
		{name: "Regression", pointer: (*strategies.Regression)(nil)},
		{name: "Crossing", pointer: (*strategies.Crossing)(nil)},
		{name: "State", pointer: (*strategies.State)(nil), methods: []string{"Has", "Float", "Int", "Bool", "Text", "Floats"}},
		{name: "Ticket", pointer: (*strategies.Ticket)(nil), plain: true},
	},
	consts: map[string]any{
		"Buy":  constant.MakeInt64(strategies.Buy),
		"Sell": constant.MakeInt64(strategies.Sell),
	},
}

func float(text string) constant.Value { return constant.MakeFromLiteral(text, token.FLOAT, 0) }

// library is what a script may use of Go's standard library: nothing that reads
// a clock, a file, the environment or a random number, nothing that starts a
// goroutine, and nothing that hands interpreted types to reflection.
var library = []allowedPackage{
	{path: "math", funcs: map[string]any{
		"Abs": math.Abs, "Acos": math.Acos, "Asin": math.Asin, "Atan": math.Atan, "Atan2": math.Atan2,
		"Cbrt": math.Cbrt, "Ceil": math.Ceil, "Copysign": math.Copysign, "Cos": math.Cos, "Erf": math.Erf, "Erfc": math.Erfc,
		"Exp": math.Exp, "Exp2": math.Exp2, "Expm1": math.Expm1, "Floor": math.Floor, "Gamma": math.Gamma,
		"Hypot": math.Hypot, "Inf": math.Inf, "IsInf": math.IsInf, "IsNaN": math.IsNaN,
		"Log": math.Log, "Log10": math.Log10, "Log1p": math.Log1p, "Log2": math.Log2,
		"Max": math.Max, "Min": math.Min, "Mod": math.Mod, "Modf": math.Modf, "NaN": math.NaN,
		"Pow": math.Pow, "Remainder": math.Remainder, "Round": math.Round, "RoundToEven": math.RoundToEven,
		"Signbit": math.Signbit, "Sin": math.Sin, "Sinh": math.Sinh, "Cosh": math.Cosh, "Sqrt": math.Sqrt,
		"Tan": math.Tan, "Tanh": math.Tanh, "Trunc": math.Trunc,
	}, consts: map[string]any{
		"E": float("2.71828182845904523536028747135266249775724709369995957496696763"), "Pi": float("3.14159265358979323846264338327950288419716939937510582097494459"),
		"Sqrt2": float("1.41421356237309504880168872420969807856967187537694807317667974"), "Ln2": float("0.693147180559945309417232121458176568075500134360255254120680009"),
		"MaxInt": constant.MakeInt64(math.MaxInt64), "MinInt": constant.MakeInt64(math.MinInt64),
		"MaxInt64": constant.MakeInt64(math.MaxInt64), "MinInt64": constant.MakeInt64(math.MinInt64),
		"MaxInt32": constant.MakeInt64(math.MaxInt32), "MinInt32": constant.MakeInt64(math.MinInt32),
		"MaxFloat64": constant.MakeFloat64(math.MaxFloat64), "SmallestNonzeroFloat64": constant.MakeFloat64(math.SmallestNonzeroFloat64),
	}},
	{path: "strings", funcs: map[string]any{
		"Compare": strings.Compare, "Contains": strings.Contains, "ContainsAny": strings.ContainsAny, "ContainsRune": strings.ContainsRune, "Count": strings.Count, "Cut": strings.Cut, "CutPrefix": strings.CutPrefix, "CutSuffix": strings.CutSuffix, "EqualFold": strings.EqualFold,
		"Fields": strings.Fields, "HasPrefix": strings.HasPrefix, "HasSuffix": strings.HasSuffix,
		"Index": strings.Index, "IndexAny": strings.IndexAny, "IndexByte": strings.IndexByte, "IndexRune": strings.IndexRune, "Join": join, "LastIndex": strings.LastIndex,
		"Repeat": repeat, "Replace": replace, "ReplaceAll": replaceAll,
		"Split": strings.Split, "SplitAfter": strings.SplitAfter, "SplitN": strings.SplitN, "ToLower": strings.ToLower, "ToUpper": strings.ToUpper,
		"Trim": strings.Trim, "TrimLeft": strings.TrimLeft, "TrimPrefix": strings.TrimPrefix, "TrimRight": strings.TrimRight,
		"TrimSpace": strings.TrimSpace, "TrimSuffix": strings.TrimSuffix,
	}},
	{path: "strconv", funcs: map[string]any{
		"Atoi": strconv.Atoi, "FormatBool": strconv.FormatBool, "FormatFloat": formatFloat, "FormatInt": strconv.FormatInt,
		"Itoa": strconv.Itoa, "ParseBool": strconv.ParseBool, "ParseFloat": strconv.ParseFloat, "ParseInt": strconv.ParseInt, "ParseUint": strconv.ParseUint, "FormatUint": strconv.FormatUint, "Unquote": strconv.Unquote, "Quote": strconv.Quote,
	}},
	{path: "sort", funcs: map[string]any{
		"Float64s": sort.Float64s, "Float64sAreSorted": sort.Float64sAreSorted, "Ints": sort.Ints, "IntsAreSorted": sort.IntsAreSorted,
		"Search": sort.Search, "SearchFloat64s": sort.SearchFloat64s, "SearchInts": sort.SearchInts, "SearchStrings": sort.SearchStrings,
		"Slice": sort.Slice, "SliceStable": sort.SliceStable, "Strings": sort.Strings, "StringsAreSorted": sort.StringsAreSorted,
	}},
	{path: "errors", funcs: map[string]any{"Is": errors.Is, "Join": errors.Join, "New": errors.New, "Unwrap": errors.Unwrap}},
	{path: "fmt", funcs: map[string]any{"Errorf": fmt.Errorf, "Sprint": fmt.Sprint, "Sprintf": fmt.Sprintf, "Sprintln": fmt.Sprintln}},
	{
		path: "time", funcs: map[string]any{"ParseDuration": time.ParseDuration},
		types: []allowedType{{name: "Duration", pointer: (*time.Duration)(nil), plain: true, methods: []string{
			"Abs", "Hours", "Microseconds", "Milliseconds", "Minutes", "Nanoseconds", "Round", "Seconds", "String", "Truncate",
		}}},
		consts: map[string]any{
			"Nanosecond": time.Nanosecond, "Microsecond": time.Microsecond, "Millisecond": time.Millisecond,
			"Second": time.Second, "Minute": time.Minute, "Hour": time.Hour,
		},
	},
}

// packages is everything a script can import, the host first.
func packages() []allowedPackage { return append([]allowedPackage{hostPackage}, library...) }

// declaration is the signature of a declaration function: that of the method of
// Setup, without its receiver.
func declaration(name string) (reflect.Type, bool) {
	m, ok := reflect.TypeFor[*strategies.Setup]().MethodByName(name)
	if !ok {
		return nil, false
	}
	return withoutReceiver(m.Type), true
}

func withoutReceiver(t reflect.Type) reflect.Type {
	var in, out []reflect.Type
	for i := 1; i < t.NumIn(); i++ {
		in = append(in, t.In(i))
	}
	for i := range t.NumOut() {
		out = append(out, t.Out(i))
	}
	return reflect.FuncOf(in, out, t.IsVariadic())
}
