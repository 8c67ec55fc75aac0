export { createFavorites, isStarred } from './favorites.ts';
export { starredBy } from './favorites.sql.ts';
export { favoriteOperations } from './operations/index.ts';
