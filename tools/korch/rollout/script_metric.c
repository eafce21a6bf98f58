/* What metrics say: reading it, and looking it up. */
#include "rollout/script_internal.h"

#include <errno.h>
#include <fnmatch.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_number(doc *d, yaml_node_t *value, double *out)
{
	char text[64];
	char *end;
	int code = doc_text(d, value, text, sizeof(text));
	if (code < 0)
		return code;
	double number = strtod(text, &end);
	if (end == text || *end || !isfinite(number))
		return doc_fail(d, value, "\"%s\": a number is needed", text);
	*out = number;
	return 0;
}

static int point_at(doc *d, yaml_node_t *value, void *to)
{
	return doc_span(d, value, &((script_point *)to)->at);
}

static int point_value(doc *d, yaml_node_t *value, void *to)
{
	return read_number(d, value, &((script_point *)to)->value);
}

static int read_copy(doc *d, yaml_node_t *value, char **out)
{
	char text[SCRIPT_TEXT];
	int code = doc_text(d, value, text, sizeof(text));
	if (code < 0)
		return code;
	*out = strdup(text);
	return *out ? 0 : korch_error_set(d->err, KORCH_E_NOMEM, "out of memory");
}

static int is_outcome(const char *text)
{
	static const char *const WORDS[] = {"Successful", "Failed", "Inconclusive"};
	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		if (strcmp(text, WORDS[i]) == 0)
			return 1;
	return 0;
}

static int point_result(doc *d, yaml_node_t *value, void *to)
{
	script_point *self = to;
	int code = read_copy(d, value, &self->result);
	if (code < 0 || is_outcome(self->result))
		return code;
	json_object *parsed = json_tokener_parse(self->result);
	if (!parsed)
		return doc_fail(d, value,
		                "\"%s\": JSON is needed, such as '[0.98]', or Successful, Failed or "
		                "Inconclusive",
		                self->result);
	json_object_put(parsed);
	return 0;
}

static int point_error(doc *d, yaml_node_t *value, void *to)
{
	return read_copy(d, value, &((script_point *)to)->error);
}

static script_point *add_point(doc *d, script_metric *metric)
{
	script_point *point = script_grow(d, &metric->points, &metric->n_points, sizeof(*point));
	if (point)
		point->value = NAN;
	return point;
}

/* One of the three, and no more. */
static int check_point(doc *d, yaml_node_t *at, const script_point *point)
{
	int n = isfinite(point->value) + (point->result != NULL) + (point->error != NULL);
	return n == 1 ? 0 : doc_fail(d, at, "one of \"value\", \"result\" and \"error\" is needed");
}

static int read_point(doc *d, yaml_node_t *item, void *to)
{
	static const doc_field FIELDS[] = {{"at", point_at},
	                                   {"value", point_value},
	                                   {"result", point_result},
	                                   {"error", point_error},
	                                   {0}};
	script_metric *metric = to;
	script_point *point = add_point(d, metric);
	if (!point)
		return KORCH_E_NOMEM;
	int code = doc_mapping(d, item, "a point", FIELDS, point);
	if (code == 0)
		code = check_point(d, item, point);
	if (code == 0 && metric->n_points > 1 && point->at <= point[-1].at)
		return doc_fail(d, item, "\"at\" is not behind the one before");
	return code;
}

static int metric_points(doc *d, yaml_node_t *value, void *to)
{
	if (((script_metric *)to)->n_points)
		return doc_fail(d, value, "\"points\" go without \"value\", \"result\" and \"error\"");
	return doc_list(d, value, SCRIPT_POINTS_MAX, read_point, to);
}

/* One point for all of the time. */
static int single(doc *d, yaml_node_t *value, void *to,
                  int (*read)(doc *d, yaml_node_t *value, void *to))
{
	script_metric *metric = to;
	if (metric->n_points)
		return doc_fail(d, value, "one of \"value\", \"result\", \"error\" and \"points\"");
	script_point *point = add_point(d, metric);
	return point ? read(d, value, point) : KORCH_E_NOMEM;
}

static int metric_value(doc *d, yaml_node_t *value, void *to)
{
	return single(d, value, to, point_value);
}

static int metric_result(doc *d, yaml_node_t *value, void *to)
{
	return single(d, value, to, point_result);
}

static int metric_error(doc *d, yaml_node_t *value, void *to)
{
	return single(d, value, to, point_error);
}

static int metric_name(doc *d, yaml_node_t *value, void *to)
{
	script_metric *self = to;
	return doc_text(d, value, self->metric, sizeof(self->metric));
}

static int metric_image(doc *d, yaml_node_t *value, void *to)
{
	script_metric *self = to;
	return doc_text(d, value, self->image, sizeof(self->image));
}

static int metric_ramp(doc *d, yaml_node_t *value, void *to)
{
	return doc_bool(d, value, &((script_metric *)to)->is_ramp);
}

static int metric_noise(doc *d, yaml_node_t *value, void *to)
{
	return read_number(d, value, &((script_metric *)to)->noise);
}

int script_read_metric(doc *d, yaml_node_t *item, void *to)
{
	static const doc_field FIELDS[] = {
	    {"metric", metric_name},   {"image", metric_image}, {"value", metric_value},
	    {"result", metric_result}, {"error", metric_error}, {"points", metric_points},
	    {"ramp", metric_ramp},     {"noise", metric_noise}, {0}};
	script *self = to;
	script_metric *metric = script_grow(d, &self->metrics, &self->n_metrics, sizeof(*metric));
	if (!metric)
		return KORCH_E_NOMEM;
	strcpy(metric->metric, "*");
	strcpy(metric->image, "*");
	metric->line = doc_line(item);
	int code = doc_mapping(d, item, "a metric", FIELDS, metric);
	if (code == 0 && metric->n_points == 0)
		return doc_fail(d, item,
		                "one of \"value\", \"result\", \"error\" and \"points\" is needed");
	return code;
}

void script_metric_fini(script_metric *self)
{
	for (size_t i = 0; i < self->n_points; i++) {
		free(self->points[i].result);
		free(self->points[i].error);
	}
	free(self->points);
}

/* Whether one of "a,b" is meant. */
static int matches_image(const char *glob, const char *images)
{
	char each[256];
	if (strcmp(glob, "*") == 0)
		return 1;
	for (const char *at = images; *at; at += strcspn(at, ","), at += *at == ',') {
		snprintf(each, sizeof(each), "%.*s", (int)strcspn(at, ","), at);
		if (fnmatch(glob, each, 0) == 0)
			return 1;
	}
	return 0;
}

const script_metric *script_metric_find(const script *self, const char *metric, const char *images)
{
	for (size_t i = self->n_metrics; i-- > 0;)
		if (fnmatch(self->metrics[i].metric, metric, 0) == 0 &&
		    matches_image(self->metrics[i].image, images))
			return &self->metrics[i];
	return NULL;
}

int script_knows_metric(const script *self, const char *metric)
{
	for (size_t i = 0; i < self->n_metrics; i++)
		if (fnmatch(self->metrics[i].metric, metric, 0) == 0)
			return 1;
	return 0;
}

const script_point *script_metric_at(const script_metric *self, korch_usec at, double *value)
{
	size_t i = self->n_points;
	while (i > 0 && self->points[i - 1].at > at)
		i--;
	if (i == 0)
		return NULL;
	const script_point *point = &self->points[i - 1];
	const script_point *next = i < self->n_points ? point + 1 : NULL;
	*value = point->value;
	if (self->is_ramp && next && isfinite(point->value) && isfinite(next->value))
		*value += (next->value - point->value) * (double)(at - point->at) /
		          (double)(next->at - point->at);
	return point;
}
