/* Text → tokens, one at a time. */
#ifndef KORCH_STRATEGY_CONDITION_LEXER_H
#define KORCH_STRATEGY_CONDITION_LEXER_H

#include <korch/error.h>
#include <stddef.h>
#include <stdint.h>

typedef enum korch__condition_token_type {
	TOKEN_END,
	TOKEN_INT,
	TOKEN_FLOAT,
	TOKEN_STRING,
	TOKEN_NAME,
	TOKEN_SIGN, /* an operator or a bracket */
} korch__condition_token_type;

typedef struct korch__condition_token {
	int type;
	const char *start; /* in the text */
	size_t length;
	size_t column; /* from 1 */
	int64_t number;
	double real;
	const char *data; /* STRING: its content, in the lexer's strings */
	size_t data_length;
} korch__condition_token;

typedef struct korch__condition_lexer {
	const char *text, *at;
	char *strings; /* has room for as many bytes as the text; contents of literals */
	korch_error **err;
} korch__condition_lexer;

/* 0 or a code with err. */
int korch__condition_next(korch__condition_lexer *lexer, korch__condition_token *out);
/* A number in the C locale, whatever the process's locale is: 0, or KORCH_E_PARSE when the text is
 * not one, KORCH_E_LIMIT when it is out of range. */
int korch__condition_real(double *out, const char *text, size_t length);

#endif
