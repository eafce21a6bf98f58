/* The table of functions, in order of their name. */
#include "strategy/condition/node.h"

const korch__condition_signature korch__condition_functions[FN_COUNT_] = {
    [FN_ABS] = {"abs", 1, 1, 0, COND_ANY, 0},
    [FN_ALL] = {"all", 2, 2, 1, COND_BOOL, 0},
    [FN_ANY] = {"any", 2, 2, 1, COND_BOOL, 0},
    [FN_AS_FLOAT] = {"asFloat", 1, 1, 0, COND_FLOAT, 0},
    [FN_AS_INT] = {"asInt", 1, 1, 0, COND_INT, 0},
    [FN_CEIL] = {"ceil", 1, 1, 0, COND_FLOAT, 0},
    [FN_COUNT] = {"count", 1, 2, 1, COND_INT, 0},
    [FN_DATE] = {"date", 1, 1, 0, COND_INT, 1},
    [FN_DEFAULT] = {"default", 2, 2, 0, COND_ANY, 0},
    [FN_DURATION] = {"duration", 1, 1, 0, COND_INT, 1},
    [FN_FILTER] = {"filter", 2, 2, 1, COND_ARRAY, 0},
    [FN_FIND] = {"find", 2, 2, 1, COND_ANY, 0},
    [FN_FIND_INDEX] = {"findIndex", 2, 2, 1, COND_ANY, 0},
    [FN_FIRST] = {"first", 1, 1, 0, COND_ANY, 0},
    [FN_FLOAT] = {"float", 1, 1, 0, COND_FLOAT, 0},
    [FN_FLOOR] = {"floor", 1, 1, 0, COND_FLOAT, 0},
    [FN_INT] = {"int", 1, 1, 0, COND_INT, 0},
    [FN_IS_INF] = {"isInf", 1, 1, 0, COND_BOOL, 0},
    [FN_IS_NAN] = {"isNaN", 1, 1, 0, COND_BOOL, 0},
    [FN_IS_NIL] = {"isNil", 1, 1, 0, COND_BOOL, 0},
    [FN_LAST] = {"last", 1, 1, 0, COND_ANY, 0},
    [FN_LEN] = {"len", 1, 1, 0, COND_INT, 0},
    [FN_LOWER] = {"lower", 1, 1, 0, COND_STRING, 0},
    [FN_MAP] = {"map", 2, 2, 1, COND_ARRAY, 0},
    [FN_MAX] = {"max", 1, 16, 0, COND_ANY, 0},
    [FN_MEAN] = {"mean", 1, 16, 0, COND_ANY, 0},
    [FN_MEDIAN] = {"median", 1, 16, 0, COND_ANY, 0},
    [FN_MIN] = {"min", 1, 16, 0, COND_ANY, 0},
    [FN_NONE] = {"none", 2, 2, 1, COND_BOOL, 0},
    [FN_NOW] = {"now", 0, 0, 0, COND_INT, 1},
    [FN_ONE] = {"one", 2, 2, 1, COND_BOOL, 0},
    [FN_ROUND] = {"round", 1, 1, 0, COND_FLOAT, 0},
    [FN_STRING] = {"string", 1, 1, 0, COND_STRING, 0},
    [FN_SUM] = {"sum", 1, 1, 0, COND_ANY, 0},
    [FN_TRIM] = {"trim", 1, 1, 0, COND_STRING, 0},
    [FN_UPPER] = {"upper", 1, 1, 0, COND_STRING, 0},
};

const char *korch__condition_type_name(int type)
{
	static const char *const names[] = {
	    [COND_NIL] = "<nil>",
	    [COND_BOOL] = "bool",
	    [COND_INT] = "int",
	    [COND_FLOAT] = "float64",
	    [COND_STRING] = "string",
	    [COND_ARRAY] = "[]interface {}",
	    [COND_MAP] = "map[string]interface {}",
	    [COND_ANY] = "interface {}",
	};
	return names[type];
}
