/* One JSON value into a tree, for the codec: the reader of json_read.c with the options and
 * problems of decoding. */
#include "object/json.h"
#include "base/cleanup.h"
#include "object/problems.h"
#include "object/read.h"

typedef struct one_value {
	struct json_object *tree;
	size_t n;
	const korch_decode_options *options;
	korch_problems *problems;
} one_value;

static int take_value(void *userdata, struct json_object *tree, int line)
{
	one_value *self = userdata;
	if (self->n++ == 0)
		self->tree = json_object_get(tree);
	return 0;
}

static int report_duplicate(void *userdata, const char *path, int line, int first_line)
{
	one_value *self = userdata;
	korch_problem problem = {.kind = KORCH_PROBLEM_OTHER,
	                         .severity = self->options->strict ? KORCH_SEVERITY_ERROR
	                                                           : KORCH_SEVERITY_WARNING,
	                         .path = path,
	                         .message = "field is given twice, the last one counts",
	                         .file = self->options->file,
	                         .line = line};
	korch_problem_add(self->problems, &problem);
	return 0;
}

int korch__json_parse(struct json_object **out, const char *text, size_t length,
                      const korch_decode_options *options, korch_problems *problems,
                      korch_error **err)
{
	static const korch_decode_options defaults;
	options = options ? options : &defaults;
	one_value value = {.options = options, .problems = problems};
	const korch__read read = {
	    .file = options->file,
	    .limits = {.max_bytes = options->max_bytes ? options->max_bytes : KORCH__BYTES_DEFAULT,
	               .max_depth = options->max_depth > 0 ? options->max_depth : KORCH__DEPTH_DEFAULT},
	    .first_line = options->line,
	    .document = take_value,
	    .duplicate = report_duplicate,
	    .userdata = &value};
	int code = korch__json_read(&read, text, length, err);
	_cleanup_tree_ struct json_object *tree = value.tree;
	if (code < 0)
		return code;
	if (value.n != 1) {
		korch_error_set(err, KORCH_E_PARSE, value.n ? "more than one JSON value" : "no JSON value");
		korch_error_set_location(err, options->file, options->line ? options->line : 1);
		return KORCH_E_PARSE;
	}
	*out = KORCH_STEAL(tree);
	return 0;
}
