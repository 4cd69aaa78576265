/** Every component uses runes, so that what is reactive can be seen in its text. */
export default {
  compilerOptions: { runes: true },
};
